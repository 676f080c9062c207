# shellcheck shell=bash
# A private PostgreSQL: one cluster in the state directory, reachable through a Unix socket there and by nobody else. Sourced by quickstart.

data=$state/postgres/data

# The programs of the version that made the cluster, or of the newest that is installed.
find_postgres() {
  local version
  if version=$(cat "$data/PG_VERSION" 2>/dev/null); then
    pg=/usr/lib/postgresql/$version/bin
    [ -x "$pg/postgres" ] ||
      die "The data in $data are of PostgreSQL $version, which is not installed. Install postgresql-$version, or give the data up: deploy/quickstart reset"
  else
    pg=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    [ -x "$pg/initdb" ] || die "No PostgreSQL server is installed. Install it with: deploy/install-packages run"
  fi
}

in_cluster() { (cd / && "${as_service[@]}" "$@"); }

# The cluster's process, if it runs: it works in its data directory, which no later holder of the process id would.
cluster_pid() {
  local pid
  pid=$(head -1 "$data/postmaster.pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/cwd")" = "$data" ] && echo "$pid"
}

make_cluster() {
  [ ! -e "$data/PG_VERSION" ] || return 0
  rm -rf "$data" # of a run that was cut off
  say "    making a cluster with $("$pg/postgres" --version)"
  in_cluster "$pg/initdb" -D "$data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --auth=peer --data-checksums \
    >"$state/initdb.log" 2>&1 || { tail -5 "$state/initdb.log" >&2; die "initdb failed; see $state/initdb.log"; }
  in_cluster tee -a "$data/postgresql.conf" >/dev/null <<END
# Hearth quickstart
listen_addresses = ''
unix_socket_directories = '$state/run'
unix_socket_permissions = 0700
max_connections = 60
END
  # Whoever may enter run/ is known by their user on this machine, and may be any of the three roles.
  in_cluster tee "$data/pg_hba.conf" >/dev/null <<<"local all all peer map=quickstart"
  local user role
  for user in "$service_user" root; do
    for role in postgres hearth_owner hearth_app; do echo "quickstart $user $role"; done
  done | in_cluster tee "$data/pg_ident.conf" >/dev/null
}

start_cluster() {
  if cluster_pid >/dev/null; then
    say "    runs already"
    return
  fi
  in_cluster "$pg/pg_ctl" -D "$data" -l "$data/log" -w -t 120 -s start >/dev/null 9>&- ||
    { in_cluster tail -5 "$data/log" >&2; die "PostgreSQL did not start; its log is $data/log"; }
}

stop_cluster() {
  if cluster_pid >/dev/null; then
    in_cluster "$pg/pg_ctl" -D "$data" -m fast -w -t 60 -s stop || die "PostgreSQL did not stop; its log is $data/log"
    say "PostgreSQL is stopped."
  else
    say "PostgreSQL was not running."
  fi
}

cluster_status() {
  local pid
  if pid=$(cluster_pid); then
    say "PostgreSQL  runs (process $pid), socket in $state/run"
  else
    say "PostgreSQL  stopped"
    return 1
  fi
}

conninfo() { echo "host='$state/run' port=5432 dbname=${2:-hearth} user=$1"; } # ROLE [DATABASE]

# hearth_owner owns the database and migrates it; hearth_app, the server's role, owns nothing and is bound by row-level security.
make_database() {
  in_cluster "$pg/psql" -X -q -v ON_ERROR_STOP=1 -d "$(conninfo postgres postgres)" >/dev/null <<'SQL' ||
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name)
  FROM unnest(ARRAY['hearth_owner', 'hearth_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE DATABASE hearth OWNER hearth_owner TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hearth') \gexec
REVOKE ALL ON DATABASE hearth FROM PUBLIC;
GRANT CONNECT ON DATABASE hearth TO hearth_app;
SQL
    die "The database could not be made; PostgreSQL's log is $data/log"
}
