#!/usr/bin/env bash
# Backs up an installation of the deployed form, restores it, and says how long each step took.
#
#   deploy/backup.sh write FOLDER                 a dump of PostgreSQL, and the list of opt-outs
#   deploy/backup.sh opt-outs FOLDER              the list alone, as often as you can
#   deploy/backup.sh restore FOLDER [--reindex]   into an empty database; Kafka may be new, or as it was
#
# --reindex where Elasticsearch is empty and Kafka is not. JOBCHIME_STORE is the store's address, as it is for jobchime,
# whose settings are found as always (JOBCHIME_CONFIG). JOBCHIME_SECRET and JOBCHIME_SUPPRESSION_KEY are not backed up
# here: keep them apart. No service may run while it restores. It needs pg_dump, pg_restore and psql.
set -euo pipefail

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }
fail() { echo "$1" >&2; exit 1; }
[ $# -ge 2 ] || usage
act=$1 folder=$2 reindex=${3:-}
[ -z "$reindex" ] || [ "$act $reindex" = "restore --reindex" ] || usage
dump=$folder/store.dump opt_outs=$folder/opt-outs.jsonl

# PostgreSQL's tools are given the password by the environment: arguments are seen by everybody on the machine.
[[ ${JOBCHIME_STORE:-} =~ ^postgresql(\+[a-z]+)?://(([^:@/]*)(:([^@/]*))?@)?(.*)$ ]] ||
    fail "JOBCHIME_STORE is not the address of a PostgreSQL store"
user=${BASH_REMATCH[3]} password=${BASH_REMATCH[5]} rest=${BASH_REMATCH[6]}
database="postgresql://${user:+$user@}$rest"
[ -z "$password" ] || { PGPASSWORD=$(printf '%b' "${password//%/\\x}"); export PGPASSWORD; }

step() {
    local began=$EPOCHREALTIME
    "${@:2}"
    printf '%-45s %8.1f s\n' "$1" "$(awk "BEGIN { print $EPOCHREALTIME - $began }")"
}
# Written beside and put in its place when it is whole: a list or a dump that is cut short replaces none.
write_dump() { pg_dump --format=custom --file "$dump.part" --dbname "$database" && mv "$dump.part" "$dump"; }
write_opt_outs() { jobchime opt-outs list --json >"$opt_outs.part" && mv "$opt_outs.part" "$opt_outs"; }
tables() { psql --no-psqlrc -qAt --dbname "$database" -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"; }

case $act in
write)
    umask 077 # addresses are in it
    mkdir -p "$folder"
    step "dump" write_dump
    step "opt-outs" write_opt_outs
    echo "$dump: $(stat -c %s "$dump") bytes. Keep it as you keep addresses."
    ;;
opt-outs)
    step "opt-outs" write_opt_outs
    ;;
restore)
    for file in "$dump" "$opt_outs"; do [ -s "$file" ] || fail "there is no $file"; done
    found=$(tables)
    [ "$found" = 0 ] || fail "the database has $found tables: it is restored into an empty one alone"
    kafka_is_new=false
    jobchime topics check >/dev/null 2>&1 || kafka_is_new=true
    step "store" pg_restore --exit-on-error --no-owner --jobs 4 --dbname "$database" "$dump"
    step "jobchime topics create" jobchime topics create
    step "jobchime migrate" jobchime migrate
    step "jobchime republish" jobchime republish
    if $kafka_is_new; then step "jobchime source again" jobchime source again; fi
    if [ -n "$reindex" ]; then step "jobchime reindex" jobchime reindex; fi
    # The last: until then no mail goes out.
    step "jobchime opt-outs replay" jobchime opt-outs replay "$opt_outs"
    echo "Restored. Start the services."
    ;;
*) usage ;;
esac
