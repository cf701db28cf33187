# Folders, processes and waiting, the same for all engines.

ENGINES=${JOBCHIME_ENGINES:-$ENGINES_ROOT/.engines}
DIST=${JOBCHIME_ENGINES_DIST:-$ENGINES_ROOT/.engines/dist}
RUN_AS=${JOBCHIME_ENGINES_USER:-nobody}
START_SECONDS=300
STOP_SECONDS=60

say() { printf 'engines: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

folder_of() { echo "$ENGINES/$1"; }
data_of() { echo "$ENGINES/$1/data"; }
log_of() { echo "$ENGINES/$1/log"; }

port_of() { # ENGINE
    local variable
    variable=JOBCHIME_ENGINES_$(echo "$1" | tr '[:lower:]' '[:upper:]')_PORT
    case $1 in
        kafka) echo "${!variable:-19092}" ;;
        elasticsearch) echo "${!variable:-19200}" ;;
        postgresql) echo "${!variable:-15432}" ;;
        elasticsearch7) echo "${!variable:-19207}" ;;
        opensearch) echo "${!variable:-19210}" ;;
    esac
}

heap_of() { # ENGINE DEFAULT
    local variable
    variable=JOBCHIME_ENGINES_$(echo "$1" | tr '[:lower:]' '[:upper:]')_HEAP
    echo "${!variable:-$2}"
}

# Elasticsearch and PostgreSQL refuse to run as root, so root runs all engines as another user.
is_root() { [ "$(id -u)" = 0 ]; }

as_runner() ( # COMMAND...
    in_place_as_runner "$@"
)

in_place_as_runner() { # COMMAND...: takes the place of the (sub)shell, whose pid is then the command's
    if is_root; then
        exec setpriv --reuid "$RUN_AS" --regid "$(id -g "$RUN_AS")" --clear-groups "$@"
    else
        exec "$@"
    fi
}

reaches() { # FOLDER: whether the user who runs the engines can work in it
    mkdir -p "$1" && as_runner test -x "$1"
}

choose_folders() {
    local elsewhere
    if is_root; then
        command -v setpriv >/dev/null || fail "setpriv is missing: install util-linux"
        id -u "$RUN_AS" >/dev/null 2>&1 || fail "there is no user $RUN_AS: set JOBCHIME_ENGINES_USER"
    fi
    if [ -z "${JOBCHIME_ENGINES:-}" ] && ! reaches "$ENGINES"; then
        elsewhere=/var/tmp/jobchime-engines-$(printf %s "$ENGINES_ROOT" | cksum | cut -d' ' -f1)
        rmdir "$ENGINES" 2>/dev/null || fail "$RUN_AS cannot reach $ENGINES: set JOBCHIME_ENGINES to a folder that it can"
        mkdir -p "$elsewhere" && ln -sfn "$elsewhere" "$ENGINES"
        say "$RUN_AS cannot reach $ENGINES, so it leads to $elsewhere now"
    fi
    mkdir -p "$ENGINES" "$DIST"
    ENGINES=$(cd "$ENGINES" && pwd -P)
    DIST=$(cd "$DIST" && pwd -P)
    reaches "$ENGINES" || fail "$RUN_AS cannot reach $ENGINES: set JOBCHIME_ENGINES to a folder that it can"
    reaches "$DIST" || fail "$RUN_AS cannot reach $DIST: set JOBCHIME_ENGINES_DIST to a folder that it can"
}

prepare_folders() { # ENGINE
    local folder
    folder=$(folder_of "$1")
    rm -rf "$folder/tmp"
    mkdir -p "$folder/data" "$folder/tmp"
    : >"$folder/log"
    if is_root; then chown -R "$RUN_AS" "$folder"; fi
}

# The launcher of Elasticsearch ends when the server has started; the server writes its own pid.
pid_of() { # ENGINE
    local pid
    pid=$(cat "$ENGINES/$1/tmp/pid" 2>/dev/null) || true
    [ -n "$pid" ] || pid=$(cat "$ENGINES/$1/pid" 2>/dev/null) || true
    echo "$pid"
}

alive() { is_ours "$1" "$(pid_of "$1")"; } # ENGINE

# After a restart of the machine the pid may be another process's. Only ours has the folder in its command line.
is_ours() { # ENGINE PID
    local folder
    [ -n "$2" ] && folder=$(cd "$ENGINES/$1" && pwd -P) && grep -qsF "$folder/" "/proc/$2/cmdline"
}

launch() { # ENGINE COMMAND...: in the background, its output in the log, its pid written down
    local engine=$1
    shift
    cd "$(folder_of "$engine")" || exit
    in_place_as_runner setsid "$@" >>"$(log_of "$engine")" 2>&1 </dev/null &
    echo $! >"$(folder_of "$engine")/pid"
    cd "$ENGINES_ROOT" || exit
    say "starting $engine on $("${engine}_address")"
}

await() { # ENGINE
    local deadline=$((SECONDS + START_SECONDS))
    until "${1}_answers"; do
        [ ! -f "$ENGINES/$1/pid" ] || alive "$1" || starting "$1" || blame "$1" "$1 ended while it started"
        [ $SECONDS -lt $deadline ] || blame "$1" "$1 does not answer on $("${1}_address") after $START_SECONDS s"
        sleep 0.5
    done
    say "$1 answers on $("${1}_address")"
}

# Between fork and exec a process does not have its own command line yet.
starting() { [ -n "$(find "$ENGINES/$1/pid" -newermt '-5 seconds' 2>/dev/null)" ] && kill -0 "$(pid_of "$1")" 2>/dev/null; }

blame() { # ENGINE SENTENCE
    tail -n 25 "$(log_of "$1")" >&2 || true
    fail "$2; see $(log_of "$1")"
}

family_of() { echo "$1 $(cat "/proc/$1"/task/*/children 2>/dev/null || true)"; } # PID: it and the processes that it started

signal_to() { # ENGINE SIGNAL
    if alive "$1"; then kill -s "$2" "$(pid_of "$1")" 2>/dev/null || true; fi
}

signal_family() { # ENGINE SIGNAL
    # shellcheck disable=SC2046 # several pids
    if alive "$1"; then kill -s "$2" $(family_of "$(pid_of "$1")") 2>/dev/null || true; fi
}

# A thread that has not stopped yet may still answer: wait until all have.
pause() { # ENGINE
    local deadline=$((SECONDS + STOP_SECONDS))
    alive "$1" || fail "$1 does not run, so it cannot be paused"
    signal_family "$1" STOP
    until stands_still "$(pid_of "$1")"; do
        [ $SECONDS -lt $deadline ] || fail "$1 still runs $STOP_SECONDS s after it was told to pause"
        sleep 0.05
    done
}

stands_still() { # PID: whether neither it nor what it started has a thread that runs
    local pid states=()
    for pid in $(family_of "$1"); do states+=("/proc/$pid"/task/*/status); done
    [ -z "$(cat "${states[@]}" 2>/dev/null | sed -n '/^State:/{/[Tt] (/!p}')" ]
}

# PostgreSQL does not start again while any of its old pids exists: wait until they have been reaped.
crash() { # ENGINE
    local family pid deadline=$((SECONDS + 10))
    alive "$1" || return 0
    family=$(family_of "$(pid_of "$1")")
    signal_family "$1" KILL
    for pid in $family; do
        while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.05; done
    done
}

stop_signal() { if [ "$1" = postgresql ]; then echo INT; else echo TERM; fi; } # INT: without waiting for its clients

await_end() { # ENGINE PID: waits for a process that was told to end; its pid file may be gone already
    local deadline=$((SECONDS + STOP_SECONDS))
    while is_ours "$1" "$2"; do
        if [ $SECONDS -ge $deadline ]; then
            say "$1 did not stop in $STOP_SECONDS s, so it is killed"
            kill -KILL "$2" 2>/dev/null || true
        fi
        sleep 0.1
    done
    rm -f "$ENGINES/$1/pid" "$ENGINES/$1/tmp/pid"
    say "$1 is stopped"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

refuse_taken_port() { # ENGINE
    local port
    port=$(port_of "$1")
    if port_open "$port"; then
        fail "port $port is taken: set JOBCHIME_ENGINES_$(echo "$1" | tr '[:lower:]' '[:upper:]')_PORT to a free one"
    fi
}

http_ok() { # PORT PATH
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
        read -r -t 10 _ code _ <&3 && [ "$code" = 200 ]
    ) 2>/dev/null
}
