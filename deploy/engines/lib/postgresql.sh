# PostgreSQL from Debian's packages, with its own cluster beside the machine's. It lets in anybody on this machine.

postgresql_address() { echo "postgresql+psycopg://postgres@127.0.0.1:$(port_of postgresql)/postgres"; }

postgresql_answers() { "$(postgresql_programs)/pg_isready" -q -h 127.0.0.1 -p "$(port_of postgresql)"; }

postgresql_programs() {
    local found
    found=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(readlink -f "$(command -v initdb)" 2>/dev/null) || return 1
    dirname "$found"
}

postgresql_install() {
    postgresql_programs >/dev/null && return 0
    command -v apt-get >/dev/null || fail "PostgreSQL is missing: install its server"
    is_root || fail "PostgreSQL is missing: install it (sudo apt-get install postgresql)"
    say "installing PostgreSQL"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql-common >/dev/null
    # Keep the package from making and starting a cluster of the machine's own.
    echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
    postgresql_programs >/dev/null || fail "PostgreSQL's server is not in /usr/lib/postgresql after its installation"
}

postgresql_launch() {
    local programs data ours theirs
    programs=$(postgresql_programs)
    data=$(data_of postgresql)
    if [ ! -f "$data/PG_VERSION" ]; then
        as_runner "$programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >>"$(log_of postgresql)" 2>&1 \
            || blame postgresql "the folder $data could not be made ready for PostgreSQL"
    fi
    theirs=$(cat "$data/PG_VERSION")
    ours=$("$programs/postgres" --version | sed -E 's/.* ([0-9]+).*/\1/')
    [ "$theirs" = "$ours" ] || fail "$data is of PostgreSQL $theirs, and here is $ours: engines.sh start --fresh postgresql empties it"
    launch postgresql "$programs/postgres" -D "$data" -p "$(port_of postgresql)" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c max_connections=300 -c shared_buffers=256MB \
        -c fsync="${JOBCHIME_ENGINES_FSYNC:-on}"
}

# The settings file for the deployed form names this database.
postgresql_ready() {
    "$(postgresql_programs)/createdb" -h 127.0.0.1 -p "$(port_of postgresql)" -U postgres jobchime 2>/dev/null || true
}
