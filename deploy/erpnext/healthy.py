"""Health of what has no port: `healthy.py worker` or `healthy.py scheduler`, in the bench's folder."""

import json
import socket
import sys
from pathlib import Path


def worker() -> bool:
	"""Redis knows a worker of this container: each says every few minutes that it lives, or is forgotten."""
	from redis import Redis
	from rq import Worker

	config = json.loads(Path("sites/common_site_config.json").read_text())
	return any(each.hostname == socket.gethostname() for each in Worker.all(connection=Redis.from_url(config["redis_queue"])))


def scheduler() -> bool:
	"""The scheduler holds its lock while it runs."""
	from filelock import FileLock, Timeout

	try:
		FileLock("config/scheduler_process").acquire(blocking=False)
	except Timeout:
		return True
	return False


if __name__ == "__main__":
	sys.exit(0 if {"worker": worker, "scheduler": scheduler}[sys.argv[1]]() else 1)
