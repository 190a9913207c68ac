#!/bin/bash
# One backup a day at BACKUP_AT (UTC), those of BACKUP_KEEP_DAYS days kept in /backups/erpnext or /backups/hub. What failed is tried again, and old
# ones go only after a new one has succeeded.
#
#   daily.sh erpnext|hub            every day, for ever; at once where there is none yet
#   daily.sh erpnext|hub now        one, now
#   daily.sh erpnext|hub healthy    fails when the last that succeeded is older than 26 hours
set -euo pipefail
what=${1:?erpnext or hub}
backups=${BACKUPS:-/backups}/$what
last=$backups/.last

# Each writes what it takes to the path that it is given.
take_erpnext() {
  mkdir "$1"
  bench --site "$SITE" backup --with-files --compress --backup-path "$1"
}
take_hub() {
  pg_dump --format=custom --file="$1"
}

now() {
  local stamp name
  stamp=$(date --utc +%Y%m%dT%H%M%SZ)
  name=$([ "$what" = hub ] && echo "hub-$stamp.dump" || echo "$stamp")
  rm -rf "$backups"/*.partial
  "take_$what" "$backups/$name.partial"
  mv "$backups/$name.partial" "$backups/$name"
  touch "$last"
  find "$backups" -mindepth 1 -maxdepth 1 -name '*20*Z*' -mtime "+$BACKUP_KEEP_DAYS" -exec rm -r {} +
  echo "backup: $backups/$name"
}

every_day() {
  while true; do
    if [ -e "$last" ]; then
      pause "$(seconds_until "$BACKUP_AT")"
    fi
    until bash "$0" "$what" now; do
      echo "backup: failed, again in 15 minutes" >&2
      pause 900
    done
  done
}

seconds_until() {
  local seconds=$(($(date --utc --date="$1" +%s) - $(date --utc +%s)))
  echo $((seconds > 0 ? seconds : seconds + 86400))
}

# Bash hears a signal only while it waits for a child in the background.
pause() {
  sleep "$1" &
  wait $!
}
trap 'exit 0' TERM

case "${2:-}" in
  "") every_day ;;
  now) now ;;
  healthy) [ -n "$(find "$last" -mmin -1560)" ] ;;
  *) echo "daily.sh erpnext|hub [now|healthy]" >&2; exit 2 ;;
esac
