#!/bin/bash
# Makes the site the first time and brings it up to date at each later start, before anything serves it. What is there is never made anew.
set -euo pipefail
here=$(dirname "$0")

if [ ! -e "sites/$SITE" ]; then
  bench new-site "$SITE" --mariadb-user-host-login-scope='%' --db-root-username root --db-root-password "$MARIADB_ROOT_PASSWORD" \
    --admin-password "$ERPNEXT_ADMIN_PASSWORD" --set-default
elif ! bench --site "$SITE" list-apps > /dev/null; then
  echo "sites/$SITE is there, but its database does not answer as a site's. If making it was cut off and it never held anything, remove" >&2
  echo "the folder and start again; else restore a backup (deploy/README.md). Nothing was changed." >&2
  exit 1
else
  bench --site "$SITE" migrate
fi

for app in erpnext gigafibre_fsm; do
  if ! bench --site "$SITE" list-apps | grep --quiet "^$app\b"; then
    bench --site "$SITE" install-app "$app"
  fi
done

bench --site "$SITE" set-config host_name "$ERPNEXT_PUBLIC_URL"
cd sites
../env/bin/python "$here/connect_hub.py" "$SITE"
