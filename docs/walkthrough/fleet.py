"""The settings of a thousand services: a deep copy of the defaults for each, and a name."""

import copy

DEFAULTS = {
    "image": "registry.example.org/base:12",
    "replicas": 2,
    "ports": [8080, 8443],
    "labels": {"team": "core", "stage": "production", "tier": "backend"},
    "limits": {"cpu": 500, "memory": "256Mi", "files": 4096},
    "probe": {"path": "/health", "port": 8080, "period": 10, "timeout": 2.5},
    "environment": {"TZ": "UTC", "LANG": "C.UTF-8", "DEBUG": False},
}


def service(number):
    settings = copy.deepcopy(DEFAULTS)
    settings["labels"]["name"] = f"service-{number}"
    return settings


if __name__ == "__main__":
    fleet = [service(number) for number in range(1000)]
    print(len(fleet), "services")
