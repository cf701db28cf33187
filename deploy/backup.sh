#!/usr/bin/env bash
# Backs up and restores an installation of the deployed form, and says how long each step took.
#
#   deploy/backup.sh write FOLDER                 a dump of PostgreSQL, and the list of opt-outs
#   deploy/backup.sh opt-outs FOLDER              only the list; run it as often as you can
#   deploy/backup.sh restore FOLDER [--reindex]   into an empty database; Kafka may be new or as it was
#
# Say --reindex if Elasticsearch is empty and Kafka is not. As for jobchime, JOBCHIME_STORE is the store's address and
# JOBCHIME_CONFIG names the settings file. JOBCHIME_SECRET and JOBCHIME_SUPPRESSION_KEY are not in the backup: keep them
# somewhere else. Stop all services before you restore. It needs pg_dump, pg_restore and psql.
set -euo pipefail

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }
fail() { echo "$1" >&2; exit 1; }
[ $# -ge 2 ] || usage
act=$1 folder=$2 reindex=${3:-}
[ -z "$reindex" ] || [ "$act $reindex" = "restore --reindex" ] || usage
dump=$folder/store.dump opt_outs=$folder/opt-outs.jsonl

# The tools of PostgreSQL get the password by the environment, because everybody on the machine can see arguments.
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
# Write to another name, and rename when complete, so that an incomplete list or dump never replaces a good one.
write_dump() { pg_dump --format=custom --file "$dump.part" --dbname "$database" && mv "$dump.part" "$dump"; }
write_opt_outs() { jobchime opt-outs list --json >"$opt_outs.part" && mv "$opt_outs.part" "$opt_outs"; }
tables() { psql --no-psqlrc -qAt --dbname "$database" -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"; }

case $act in
write)
    umask 077 # it holds addresses
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
    # Last, because until then no mail goes out.
    step "jobchime opt-outs replay" jobchime opt-outs replay "$opt_outs"
    echo "Restored. Start the services."
    ;;
*) usage ;;
esac
