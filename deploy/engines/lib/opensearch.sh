# OpenSearch 3 with its percolator, for a benchmark to compare with.

opensearch_address() { echo "http://127.0.0.1:$(port_of opensearch)"; }

opensearch_answers() { http_ok "$(port_of opensearch)" '/_cluster/health?wait_for_status=yellow&timeout=5s'; }

opensearch_install() {
    opensearch_java=$(java_between 21 99 jdk.compiler) || fail "OpenSearch needs a whole JDK, 21 or newer: install one (on Debian 13: \
apt-get install openjdk-21-jdk-headless), and where it is in no usual place, set JOBCHIME_ENGINES_JAVA to its folder"
    [ -d "$DIST/opensearch" ] || install_jars opensearch
}

opensearch_launch() {
    local folder heap port
    folder=$(folder_of opensearch)
    heap=$(heap_of opensearch 1g)
    port=$(port_of opensearch)
    cp "$ENGINES_HERE/OpenSearchNode.java" "$folder/"  # the user who runs it may not be able to read the original
    launch opensearch "$opensearch_java/bin/java" "-Xms$heap" "-Xmx$heap" --add-modules jdk.incubator.vector \
        --enable-native-access=ALL-UNNAMED "-Djava.io.tmpdir=$folder/tmp" -cp "$DIST/opensearch/*" \
        "$folder/OpenSearchNode.java" "$folder/data" "$port"
}
