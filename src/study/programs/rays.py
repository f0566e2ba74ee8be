"""Rays that meet spheres: many short-lived vectors with operators of their own."""

from math import sqrt


class Vector:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def scaled(self, by):
        return Vector(self.x * by, self.y * by, self.z * by)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def normal(self):
        return self.scaled(1.0 / sqrt(self.dot(self)))


class Sphere:
    def __init__(self, centre, radius, brightness):
        self.centre = centre
        self.radius = radius
        self.brightness = brightness

    def meets(self, origin, direction):
        towards = self.centre - origin
        along = towards.dot(direction)
        rest = self.radius * self.radius - (towards.dot(towards) - along * along)
        return along - sqrt(rest) if rest > 0 else None


LIGHT = Vector(-1.0, 2.0, -3.0).normal()
EYE = Vector(0.0, 0.0, -6.0)


def shade(spheres, origin, direction, depth):
    nearest = None
    distance = 1e9
    for sphere in spheres:
        found = sphere.meets(origin, direction)
        if found is not None and 0.001 < found < distance:
            nearest, distance = sphere, found
    if nearest is None:
        return 0.1
    point = origin + direction.scaled(distance)
    normal = (point - nearest.centre).normal()
    light = max(0.0, normal.dot(LIGHT)) * nearest.brightness
    if depth == 0:
        return light
    mirrored = direction - normal.scaled(2.0 * direction.dot(normal))
    return 0.7 * light + 0.3 * shade(spheres, point, mirrored, depth - 1)


def main():
    spheres = [Sphere(Vector(i - 2.0, (i % 3) - 1.0, i % 2), 0.8, 0.5 + i / 10.0) for i in range(5)]
    size = 40
    picture = [
        [shade(spheres, EYE, Vector(x / size - 0.5, y / size - 0.5, 1.0).normal(), 2) for x in range(size)]
        for y in range(size)
    ]
    assert sum(map(sum, picture)) > size


main()
