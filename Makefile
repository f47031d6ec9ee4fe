# What one does with netral from a checkout; `make help` lists it. Nothing here needs root: see scripts/.

.PHONY: help demo run test check bench postgres fmt fmt-check lint doc generated generated-check dependencies cargo
.DEFAULT_GOAL := help

NETRAL := cargo run --quiet --locked --
export NETRAL_CACHE ?= $(if $(filter 0,$(shell id -u)),/var/cache/netral,$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/netral)

# The PostgreSQL that `make postgres` unpacked, if it had to; recipes see it as soon as it is there.
PG_BIN = $(or $(NETRAL_PG_BIN),$(wildcard $(NETRAL_CACHE)/postgres/bin))
WITH_PG = $(if $(PG_BIN),NETRAL_PG_BIN=$(PG_BIN))

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

demo: cargo postgres ## netral with a database, mail and sample cases of its own (DEMO_ARGS=--exit to stop after the tour)
	$(WITH_PG) $(NETRAL) demo $(DEMO_ARGS)

run: cargo postgres ## the service and its worker, configured by the environment
	$(WITH_PG) $(NETRAL) serve

test: cargo postgres ## every test, against a real PostgreSQL and a real mail server
	python=$$(scripts/install-python-tools.sh) && $(WITH_PG) NETRAL_TEST_PYTHON=$$python cargo test --locked $(TEST_ARGS)

check: fmt-check lint doc test generated-check dependencies ## everything that must hold before a change lands

bench: cargo postgres ## the load benchmark, beside the rate that pgbench reaches on the same machine
	$(WITH_PG) cargo bench --locked --bench load $(if $(BENCH_ARGS),-- $(BENCH_ARGS))

postgres: ## installs a PostgreSQL of version 15 or newer, if there is none
	@scripts/install-postgres.sh

fmt: cargo ## formats the sources
	cargo fmt

generated: cargo ## writes openapi.yaml and the generated pages of docs/ anew
	$(call generate,.)

dependencies: cargo ## licences, sources, bans and advisories of the dependencies
	scripts/check-dependencies.sh

fmt-check: cargo
	cargo fmt --check

lint: cargo
	cargo clippy --locked --all-targets -- -D warnings

doc: cargo
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --quiet

generated-check: cargo
	@rm -rf target/generated
	$(call generate,target/generated)
	@for file in openapi.yaml docs/workflow.md docs/authorization.md; do \
	    diff -u $$file target/generated/$$file || { echo "$$file is stale: run make generated"; exit 1; }; \
	done

cargo:
	@command -v cargo >/dev/null || { echo 'netral is built by cargo, which is not here: install Rust 1.95 or newer (https://rustup.rs)'; exit 1; }

# Each file is written only when the program that prints it succeeded.
define generate
@mkdir -p $(1)/docs
$(NETRAL) openapi > $(1)/openapi.yaml.new && mv $(1)/openapi.yaml.new $(1)/openapi.yaml
$(NETRAL) rules --markdown > $(1)/docs/workflow.md.new && mv $(1)/docs/workflow.md.new $(1)/docs/workflow.md
$(NETRAL) grants --markdown > $(1)/docs/authorization.md.new && mv $(1)/docs/authorization.md.new $(1)/docs/authorization.md
endef
