# Kafka: one node, broker and controller in one process (KRaft), without authentication, on loopback.

kafka_address() { echo "127.0.0.1:$(port_of kafka)"; }

kafka_answers() ( # asks for the broker's API versions, because the port of a hanging broker is open too
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$(port_of kafka)" || exit 1
    printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3
    [ "$(timeout 5 head -c 4 <&3 | wc -c)" = 4 ]
)

kafka_install() {
    kafka_java=$(java_between 17 99) || fail "Kafka needs Java 17 or newer: install one (on Debian: apt-get install default-jre-headless)"
    [ -d "$DIST/kafka" ] || install_jars kafka
}

kafka_launch() {
    local folder heap options
    folder=$(folder_of kafka)
    heap=$(heap_of kafka 512m)
    kafka_properties >"$folder/server.properties"
    cp "$ENGINES_HERE/kafka-log.properties" "$folder/log.properties"  # the user who runs it may not be able to read the original
    options=(-Dlog4j2.configurationFile="$folder/log.properties" -Djava.io.tmpdir="$folder/tmp" -cp "$DIST/kafka/*")
    if [ ! -f "$folder/data/meta.properties" ]; then
        as_runner "$kafka_java/bin/java" -XX:TieredStopAtLevel=1 "${options[@]}" kafka.tools.StorageTool format \
            --cluster-id "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=' | sed 's/^-/x/')" \
            --config "$folder/server.properties" --ignore-formatted >>"$folder/log" 2>&1 \
            || blame kafka "the folder $folder/data could not be made ready for Kafka"
    fi
    # shellcheck disable=SC2046 # several options
    launch kafka "$kafka_java/bin/java" $(brief_java) "-Xms$heap" "-Xmx$heap" -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:+ExitOnOutOfMemoryError \
        "${options[@]}" kafka.Kafka "$folder/server.properties"
}

kafka_properties() {
    local port controller
    port=$(port_of kafka)
    controller=$((port + 1))
    cat <<PROPERTIES
node.id=1
process.roles=broker,controller
controller.quorum.voters=1@127.0.0.1:$controller
listeners=BROKER://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=BROKER://127.0.0.1:$port
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=$(data_of kafka)

# A missing topic is a fault that must show, so none is made automatically.
auto.create.topics.enable=false

# One node can hold only one copy.
default.replication.factor=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# Fewer files for fewer clients.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=1
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216

# Groups form at once and sessions may be short, because workers come and go all the time in tests.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000

# Records have the times of simulated days: delete nothing for its age while a test runs.
log.retention.check.interval.ms=86400000
PROPERTIES
}
