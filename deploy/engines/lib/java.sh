# Finds a Java that is new enough and not too new.

# java_between LEAST MOST [MODULE] prints the home of the machine's first Java of that range that has the module.
java_between() {
    local home major
    for home in "${JOBCHIME_ENGINES_JAVA:-}" "${JAVA_HOME:-}" "$(java_on_path)" /usr/lib/jvm/* /opt/java/*; do
        as_runner test -x "$home/bin/java" || continue
        major=$(sed -nE 's/^JAVA_VERSION="([0-9]+).*/\1/p' "$home/release" 2>/dev/null) || continue
        [ -n "$major" ] && [ "$major" -ge "$1" ] && [ "$major" -le "$2" ] || continue
        [ -z "${3:-}" ] || "$home/bin/java" --list-modules | grep -q "^$3@" || continue
        echo "$home"
        return
    done
    return 1
}

# An engine that runs only for minutes needs less processor time if code is compiled once, classes are not verified, and
# memory is taken when it is needed.
brief_java() {
    [ "${JOBCHIME_ENGINES_BRIEF:-off}" != on ] || echo "-XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
}

java_on_path() {
    local found
    found=$(command -v java) && dirname "$(dirname "$(readlink -f "$found")")"
}
