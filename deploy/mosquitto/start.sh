#!/bin/sh
# Mosquitto reads hashed passwords from a file only: it is written into memory at each start from what the environment says.
set -eu
passwords=/run/mosquitto/passwords
umask 077
mosquitto_passwd -c -b "$passwords" hub "$MQTT_HUB_PASSWORD"
mosquitto_passwd -b "$passwords" acs-bridge "$MQTT_ACS_PASSWORD"
chown -R mosquitto:mosquitto "${passwords%/*}"
exec mosquitto -c /mosquitto/config/mosquitto.conf
