# Elasticsearch 9: one node, without authentication, on loopback. It has no percolator.

elasticsearch_address() { echo "http://127.0.0.1:$(port_of elasticsearch)"; }

elasticsearch_answers() { http_ok "$(port_of elasticsearch)" '/_cluster/health?wait_for_status=yellow&timeout=5s'; }

elasticsearch_install() {
    elasticsearch_java=$(java_between 21 99 jdk.jlink) || fail "Elasticsearch needs a whole JDK, 21 or newer: install one (on Debian 13: \
apt-get install openjdk-21-jdk-headless), and where it is in no usual place, set JOBCHIME_ENGINES_JAVA to its folder"
    [ ! -d "$DIST/elasticsearch" ] || return 0
    local unfinished=$DIST/elasticsearch.unfinished archive
    command -v python3 >/dev/null || fail "Python is missing: install it (on Debian: apt-get install python3)"
    archive=$(fetch elasticsearch) || exit 1
    say "unpacking Elasticsearch"
    rm -rf "$unfinished"
    python3 "$ENGINES_HERE/unpack.py" "$archive" 'sonarqube-[^/]+/elasticsearch/' "$unfinished/"
    python3 "$ENGINES_HERE/unpack.py" "$archive" 'sonarqube-[^/]+/bin/elasticsearch$' "$unfinished/bin/elasticsearch"
    rm -f "$unfinished/lib/tools/server-launcher/server-launcher"  # made for another processor; without it Java is used
    finish_elasticsearch "$unfinished"
}

finish_elasticsearch() { # FOLDER.unfinished
    mkdir -p "$1/plugins" "$1/logs"
    chmod a+x "$1"/bin/elasticsearch*
    chmod -R a+rX "$1"
    mv "$1" "${1%.unfinished}"
}

elasticsearch_launch() {
    configure_elasticsearch elasticsearch 'xpack.security.enrollment.enabled: false'
    # Without -d the launcher would stay, and a kill would reach only the launcher.
    launch_elasticsearch elasticsearch "$elasticsearch_java" -d -p "$(folder_of elasticsearch)/tmp/pid"
}

configure_elasticsearch() { # ENGINE SETTING...
    local engine=$1 folder port
    shift
    folder=$(folder_of "$engine")
    port=$(port_of "$engine")
    rm -rf "$folder/config"
    cp -r "$DIST/$engine/config" "$folder/config"
    sed -i '/^[^#]*gc[.]log/d' "$folder/config/jvm.options"  # 64 MB files that nobody reads
    {
        printf '%s\n' "cluster.name: jobchime-$engine" 'discovery.type: single-node' 'network.host: 127.0.0.1' \
            "http.port: $port" "transport.port: $((port + 100))" "path.data: $folder/data" "path.logs: $folder/logs" \
            'xpack.security.enabled: false' 'cluster.routing.allocation.disk.threshold_enabled: false' "$@"
    } >"$folder/config/elasticsearch.yml"
    mkdir -p "$folder/logs"
    if is_root; then chown -R "$RUN_AS" "$folder/config" "$folder/logs"; fi
}

launch_elasticsearch() { # ENGINE JAVA_HOME OPTION...
    local engine=$1 java=$2 folder heap
    shift 2
    folder=$(folder_of "$engine")
    heap=$(heap_of "$engine" 1g)
    # The launcher ends within seconds in any case.
    launch "$engine" env -u JAVA_HOME "ES_JAVA_HOME=$java" "ES_PATH_CONF=$folder/config" "ES_TMPDIR=$folder/tmp" \
        "HOME=$folder/tmp" CLI_JAVA_OPTS=-XX:TieredStopAtLevel=1 "ES_JAVA_OPTS=-Xms$heap -Xmx$heap $(brief_java)" "$DIST/$engine/bin/elasticsearch" "$@"
}
