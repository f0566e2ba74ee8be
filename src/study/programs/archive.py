"""Files in archives in memory: zip, gzip and check sums, written and read back."""

import gzip
import hashlib
import io
import zipfile


def text(number):
    return "".join("%d %s\n" % (i * number % 997, "line" * (i % 5)) for i in range(300)).encode()


def main():
    files = {"folder%d/file%d.txt" % (i % 5, i): text(i) for i in range(80)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    packed = gzip.compress(target.getvalue())
    sums = set()
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(packed))) as archive:
        for info in archive.infolist():
            with archive.open(info) as file:
                lines = [line.split() for line in file]
            assert len(lines) == 300
            sums.add(hashlib.sha256(archive.read(info)).hexdigest())
    assert len(sums) == len(files)


main()
