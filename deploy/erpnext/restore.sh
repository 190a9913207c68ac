#!/bin/bash
# Puts a folder of backup-erpnext's back over the site, with the key that opens its passwords:
#   docker compose run --rm create-site bash /opt/gigafibre/restore.sh 20261127T063000Z
set -euo pipefail
from=${BACKUPS:-/backups}/erpnext/${1:?which folder of backup-erpnext}
here=$(dirname "$0")

bench --site "$SITE" restore --force --db-root-username root --db-root-password "$MARIADB_ROOT_PASSWORD" \
  --with-public-files "$from"/*-"$SITE"-files.tgz --with-private-files "$from"/*-"$SITE"-private-files.tgz "$from"/*-database.sql.gz
key=$(jq --raw-output '.encryption_key // empty' "$from"/*-site_config_backup.json)
if [ -n "$key" ]; then
  bench --site "$SITE" set-config encryption_key "$key"
fi
exec bash "$here/create-site.sh"
