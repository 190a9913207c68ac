#!/bin/sh
# The broker lets the hub in and tells it something.
exec mosquitto_sub -h 127.0.0.1 -u hub -P "$MQTT_HUB_PASSWORD" -t "\$SYS/broker/uptime" -C 1 -W 4 >/dev/null
