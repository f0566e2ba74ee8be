"""A small operating system: tasks send packets to each other through a scheduler that runs the first one that can."""


class Packet:
    def __init__(self, kind, value):
        self.kind = kind
        self.value = value


class Task:
    def __init__(self, name):
        self.name = name
        self.queue = []
        self.held = False
        self.done = 0

    def ready(self):
        return bool(self.queue) and not self.held

    def run(self, system):
        raise NotImplementedError


class Worker(Task):
    def run(self, system):
        packet = self.queue.pop(0)
        text = "".join(chr(97 + (packet.value + i) % 26) for i in range(4))
        self.done += len(text)
        system.send("handler", Packet("work", packet.value + 1))


class Handler(Task):
    def run(self, system):
        packet = self.queue.pop(0)
        self.done += 1
        if packet.value % 3 == 0:
            system.send("device", Packet("io", packet.value))
        else:
            system.send("worker", packet)


class Device(Task):
    def run(self, system):
        packet = self.queue.pop(0)
        self.done += 1
        self.held = True
        system.waiting.append(self)
        system.send("worker", Packet("work", packet.value + 1))


class System:
    def __init__(self):
        self.tasks = {"worker": Worker("worker"), "handler": Handler("handler"), "device": Device("device")}
        self.waiting = []

    def send(self, name, packet):
        self.tasks[name].queue.append(packet)

    def step(self):
        for task in self.tasks.values():
            if task.ready():
                task.run(self)
                return
        for task in self.waiting:
            task.held = False
        self.waiting.clear()

    def run(self, steps):
        for _ in range(steps):
            self.step()
        return sum(task.done for task in self.tasks.values())


def main():
    system = System()
    for value in range(8):
        system.send("worker", Packet("work", value * 5))
    assert system.run(30000) > 30000


main()
