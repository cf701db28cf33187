# Elasticsearch 7.17 with its percolator, for a benchmark to compare with.

elasticsearch7_address() { echo "http://127.0.0.1:$(port_of elasticsearch7)"; }

elasticsearch7_answers() { http_ok "$(port_of elasticsearch7)" '/_cluster/health?wait_for_status=yellow&timeout=5s'; }

elasticsearch7_install() {
    elasticsearch7_java=$(java_between 11 22) || fail "Elasticsearch 7.17 needs a Java of 11 to 22: install one (on Debian 12: \
apt-get install openjdk-17-jre-headless), and where it is in no usual place, set JOBCHIME_ENGINES_JAVA to its folder"
    [ ! -d "$DIST/elasticsearch7" ] || return 0
    local unfinished=$DIST/elasticsearch7.unfinished files
    files=$(fetch elasticsearch7) || exit 1
    rm -rf "$unfinished"
    python3 "$ENGINES_HERE/unpack.py" "$(grep '/elasticsearch-[0-9.]*[.]zip$' <<<"$files")" 'elasticsearch-[^/]+/' "$unfinished/"
    elasticsearch7_module percolator org.elasticsearch.percolator.PercolatorPlugin
    elasticsearch7_module parent-join org.elasticsearch.join.ParentJoinPlugin
    elasticsearch7_module mapper-extras org.elasticsearch.index.mapper.MapperExtrasPlugin
    finish_elasticsearch "$unfinished"
}

elasticsearch7_module() { # NAME CLASS: a folder as the distribution would have it
    local folder=$unfinished/modules/$1 jar version
    jar=$(grep "/$1-client-" <<<"$files")
    version=$(sed -E 's/.*-client-(.*)[.]jar/\1/' <<<"$jar")
    mkdir -p "$folder"
    cp "$jar" "$folder"
    printf '%s\n' "name=$1" "description=$1" "version=$version" "elasticsearch.version=$version" "classname=$2" \
        java.version=1.8 >"$folder/plugin-descriptor.properties"
}

elasticsearch7_launch() {
    configure_elasticsearch elasticsearch7
    launch_elasticsearch elasticsearch7 "$elasticsearch7_java"
}
