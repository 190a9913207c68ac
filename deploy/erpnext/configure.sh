#!/bin/bash
# What all sites of the bench share. The volume keeps an older image's list of apps: it is written anew.
set -euo pipefail
ls -1 apps > sites/apps.txt
bench set-config --global db_host mariadb
bench set-config --global --parse db_port 3306
bench set-config --global redis_cache redis://redis-cache:6379
bench set-config --global redis_queue redis://redis-queue:6379
bench set-config --global redis_socketio redis://redis-queue:6379
bench set-config --global --parse socketio_port 9000
