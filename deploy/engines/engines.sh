#!/usr/bin/env bash
# Real engines on this machine, without containers: Kafka and Elasticsearch from Maven Central, PostgreSQL from Debian.
set -euo pipefail
umask 022  # the user who runs the engines must read these files

ENGINES_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ENGINES_ROOT=$(cd "$ENGINES_HERE/../.." && pwd)
EVERYDAY=(kafka elasticsearch postgresql)  # what jobchime runs on
BASELINES=(elasticsearch7 opensearch)      # what a benchmark compares with

usage() {
    cat <<USAGE
engines.sh start [--fresh] [ENGINE...]   fetch what is missing, start, and wait until it answers; --fresh empties it first
engines.sh wait  [ENGINE...]             wait until it answers
engines.sh stop  [ENGINE...]             stop; what is stored stays
engines.sh kill  [ENGINE...]             end as a crash would
engines.sh pause|resume [ENGINE...]      leave it hanging, and let it go on
engines.sh status [ENGINE...]            say what runs and where; exit 1 where something does not

ENGINE: ${EVERYDAY[*]} (these three where none is named, or "all"),
        ${BASELINES[*]} (percolators, for bench.elasticsearch). "stop all" stops these too.

JOBCHIME_ENGINES              the folder of data and logs           ($ENGINES_ROOT/.engines)
JOBCHIME_ENGINES_DIST         the folder of the programs            ($ENGINES_ROOT/.engines/dist)
JOBCHIME_ENGINES_USER         who runs them where this is root      (nobody)
JOBCHIME_ENGINES_<ENGINE>_PORT   KAFKA 19092, ELASTICSEARCH 19200, POSTGRESQL 15432, ELASTICSEARCH7 19207, OPENSEARCH 19210
JOBCHIME_ENGINES_<ENGINE>_HEAP   KAFKA 512m, the others 1g
JOBCHIME_ENGINES_FSYNC         off: PostgreSQL does not wait for the disk; only a crash of the machine could lose what it holds
JOBCHIME_ENGINES_BRIEF        on: Kafka and Elasticsearch live for minutes, so they start fast rather than run fast
JOBCHIME_ENGINES_JAVA         the folder of a JDK that is in no usual place
JOBCHIME_ENGINES_MAVEN        more arguments for Maven, as -Dmaven.repo.local=FOLDER
USAGE
}

for part in common maven java kafka elasticsearch elasticsearch7 opensearch postgresql written; do
    # shellcheck source=/dev/null
    . "$ENGINES_HERE/lib/$part.sh"
done

start() {
    local engine started=()
    for engine in "${engines[@]}"; do "${engine}_install"; done  # one after the other, because they share Maven's folder
    for engine in "${engines[@]}"; do
        if alive "$engine"; then
            [ "$fresh" = no ] || fail "$engine is running; stop it before it is emptied: engines.sh stop $engine"
            say "$engine runs already"
            continue
        fi
        refuse_taken_port "$engine"
        [ "$fresh" = no ] || rm -rf "$(data_of "$engine")"
        prepare_folders "$engine"
        "${engine}_launch"
        started+=("$engine")
    done
    for engine in "${engines[@]}"; do await "$engine"; done
    for engine in "${started[@]}"; do
        if declare -F "${engine}_ready" >/dev/null; then "${engine}_ready"; fi
    done
    write_addresses
}

stop() { # [crash]
    local engine pid
    local -A pids=()
    for engine in "${engines[@]}"; do  # signal all of them first, then wait for each
        pid=$(pid_of "$engine")
        [ -n "$pid" ] || continue
        pids[$engine]=$pid
        if [ "${1:-}" = crash ]; then crash "$engine"; else signal_to "$engine" "$(stop_signal "$engine")"; fi
    done
    for engine in "${!pids[@]}"; do await_end "$engine" "${pids[$engine]}"; done
    if [ -d "$ENGINES" ]; then write_addresses; fi
}

status() {
    local engine code=0
    for engine in "${engines[@]}"; do
        if alive "$engine" && "${engine}_answers"; then
            printf '%-15s answers   %-26s pid %s\n' "$engine" "$("${engine}_address")" "$(pid_of "$engine")"
        elif alive "$engine"; then
            printf '%-15s is silent %-26s pid %s\n' "$engine" "$("${engine}_address")" "$(pid_of "$engine")"
            code=1
        else
            printf '%-15s is stopped\n' "$engine"
            code=1
        fi
    done
    return $code
}

action=${1:-}
[ $# -eq 0 ] || shift
fresh=no
all=no
engines=()
for word in "$@"; do
    case $word in
        --fresh) fresh=yes ;;
        kafka | elasticsearch | postgresql | elasticsearch7 | opensearch) engines+=("$word") ;;
        all) all=yes ;;
        *) usage >&2; fail "there is no engine or option $word" ;;
    esac
done
if [ "$all" = yes ] || [ ${#engines[@]} -eq 0 ]; then
    engines=("${EVERYDAY[@]}" "${engines[@]}")
    [[ $action != stop && $action != kill ]] || engines=("${EVERYDAY[@]}" "${BASELINES[@]}")
fi

case $action in
    start) choose_folders; start ;;
    wait) for engine in "${engines[@]}"; do await "$engine"; done ;;
    stop) stop ;;
    kill) stop crash ;;
    pause) for engine in "${engines[@]}"; do pause "$engine"; done ;;
    resume) for engine in "${engines[@]}"; do signal_family "$engine" CONT; done ;;
    status) status ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
esac
