"""Measurements as CSV: written, read as dictionaries, grouped and summed up."""

import csv
import io
import statistics


def main():
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["station", "day", "temperature", "rain"])
    for i in range(8000):
        writer.writerow(["station-%d" % (i % 12), i // 12, round(10 + (i * 37 % 200) / 10, 1), i * 13 % 50])
    table.seek(0)
    by_station = {}
    for row in csv.DictReader(table):
        by_station.setdefault(row["station"], []).append((float(row["temperature"]), int(row["rain"])))
    for rows in by_station.values():
        warmth = [temperature for temperature, _ in rows[:120]]
        assert statistics.mean(warmth) > 10 and statistics.pstdev(warmth) > 0
        assert statistics.median(rain for _, rain in rows) >= 0
    assert len(by_station) == 12


main()
