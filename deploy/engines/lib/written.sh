# Where the running engines are, for tests (env) and for the deployed form (jobchime.toml).

write_addresses() {
    {
        ! alive kafka || echo "JOBCHIME_TEST_KAFKA=$(kafka_address)"
        ! alive elasticsearch || echo "JOBCHIME_TEST_ELASTICSEARCH=$(elasticsearch_address)"
        ! alive postgresql || echo "JOBCHIME_TEST_POSTGRESQL=$(postgresql_address)"
    } >"$ENGINES/env.new"
    mv "$ENGINES/env.new" "$ENGINES/env"
    cat >"$ENGINES/jobchime.toml" <<TOML
# The settings file for the deployed form on these engines, rewritten whenever an engine starts.
store = "$(postgresql_address | sed 's,/postgres$,/jobchime,')"

[kafka]
bootstrap = ["$(kafka_address)"]

[elasticsearch]
urls = ["$(elasticsearch_address)"]

[matcher]
index = "elasticsearch"
TOML
}
