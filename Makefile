# The entry point for all work on the repository. `make help` lists the targets; CONTRIBUTING.md explains them.

PYTHON   ?= python3
PORT     ?= 8000
# which tests `make test` leaves out: the CI benchmarks (`make bench-ci`), the runs that take hours, the long suite of
# damaged inputs, the installation of the wheel (`make test-wheel`)
TESTS    ?= not benchmark and not benchmark_full and not exhaustive and not wheel
# for example: make lock LOCK_ARGS=--upgrade
LOCK_ARGS ?=
# the nightly run: its study, the part k/n, and the parameters of the specs; small ones are for trying it out
STUDY    ?= params/studies/nightly.yaml
SHARD    ?= 1/1
PARAMS   ?= full
STRENGTH ?= balanced
# the published baseline that a study is compared with
BASELINE ?= native-optimizers

OLDEST   := 3.11
NEWEST   := 3.13
LOWEST   := build/lowest
# tests that need no extra
CORE     := $(addprefix tests/,analysis observers optimizers/native params problems runs studies/runs studies/verify) \
	$(addprefix tests/,test_numerics.py test_public_api.py records test_seeds.py test_digests.py)
PY       := .venv/bin/python
RUN      := $(PY) -m
INSTALL  := $(RUN) pip install -qq --no-input --disable-pip-version-check
EDITABLE := .ci/build_kernel $(PY)
KERNEL   := CMakeLists.txt $(wildcard src/benchbook/problems/kernel/native/*)
# Bytecode makes imports three to five times faster; pip compiles what it installs, this compiles the package itself.
COMPILE  := $(RUN) compileall -qq src
ARTIFACTS := $(or $(BENCHBOOK_ARTIFACTS),artifacts)
NIGHTLY  := $(ARTIFACTS)/nightly
PART     := $(NIGHTLY)/part-$(firstword $(subst /, ,$(SHARD)))
LOCK     := $(RUN) uv pip compile pyproject.toml --quiet --universal --python-version $(OLDEST) --group build \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-strip-extras --custom-compile-command "make lock"
STRIP    := $(RUN) nbstripout --keep-id --keep-count \
	--extra-keys "metadata.language_info.version metadata.papermill cell.metadata.papermill cell.metadata.execution"
NOTEBOOKS := find notebooks -name '*.ipynb' ! -path '*/.ipynb_checkpoints/*'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# ---------------------------------------------------------------------------------------------- main targets

.PHONY: help
help: ## list the targets
	@echo "usage: make TARGET    (PYTHON=... chooses the Python that .venv is made with)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: quick
quick: .venv/.stamp-quick ## the main target: run every spec with quick parameters, build the site, show the claims
	@$(COMPILE)
	@$(RUN) benchbook spec run --params quick --changed --site

.PHONY: full
full: .venv/.stamp-quick ## run every spec with full parameters (hours) and build the site
	@$(COMPILE)
	@$(RUN) benchbook spec run --params full --site

.PHONY: docs
docs: .venv/.stamp-quick ## build the site from the latest results
	@$(RUN) benchbook site build

.PHONY: serve
serve: .venv/.stamp-quick ## serve the built site at 127.0.0.1 (PORT=8000)
	@test -f docs/_build/html/index.html || { echo "There is no site yet: run 'make quick' first." >&2; exit 1; }
	@echo "The site is at 127.0.0.1:$(PORT); Ctrl-C ends it."
	@$(RUN) http.server $(PORT) --bind 127.0.0.1 --directory docs/_build/html

.PHONY: lab
lab: .venv/.stamp-all ## open the notebooks in JupyterLab
	@$(RUN) jupyterlab notebooks/

.PHONY: test
test: .venv/.stamp-all ## run all tests with the coverage gate, then compare the notebooks with their stored outputs
	@$(COMPILE)
	$(RUN) pytest -m "$(TESTS)" -n 2 --dist loadfile --cov --cov-report=term $(PYTEST_ARGS)
	$(RUN) pytest -p no:cacheprovider -n 2 --dist loadscope --nbval --nbval-current-env notebooks/

.PHONY: test-wheel
test-wheel: .venv/.stamp-all ## install the wheel into an empty environment and publish a site, on the oldest and the newest Python
	$(RUN) pytest -q -m wheel -p no:xdist tests/end_to_end/test_wheel.py

.PHONY: test-lowest
test-lowest: .venv/.stamp-all ## run the core's tests with the lowest versions that pyproject.toml allows, on the oldest Python
	$(RUN) uv build --quiet --wheel --no-build-isolation --out-dir $(LOWEST)/dist
	$(RUN) uv pip compile pyproject.toml --quiet --python-version $(OLDEST) --resolution lowest-direct --no-annotate \
		--output-file $(LOWEST)/requirements.txt
	$(RUN) uv venv --quiet --clear --python $(OLDEST) $(LOWEST)/venv
	$(RUN) uv pip install --quiet --python $(LOWEST)/venv -r $(LOWEST)/requirements.txt $(LOWEST)/dist/*.whl \
		$(foreach tool,pytest hypothesis mpmath,"$$(grep -o '^$(tool)==[^ ;]*' requirements-all.lock)")
	$(LOWEST)/venv/bin/python -m pytest -q -p no:cacheprovider -W ignore::DeprecationWarning -m "$(TESTS) and not slow and not browser" $(CORE)

.PHONY: test-portable
test-portable: .venv/.stamp-all ## run the tests that need neither a browser nor Linux, without the coverage gate; for macOS
	@$(COMPILE)
	$(RUN) pytest -m "$(TESTS) and not browser" -n 2 --dist loadfile $(PYTEST_ARGS)

.PHONY: bench
bench: .venv/.stamp-all ## measure benchbook's own speed, compared with its peers
	@$(COMPILE)
	@$(RUN) benchmarks

.PHONY: bench-ci
bench-ci: .venv/.stamp-all ## measure accuracy and speed in under a minute, compared with benchmarks/summary.json (pytest -m benchmark)
	@$(COMPILE)
	$(RUN) pytest -m benchmark -q -s -p no:xdist $(PYTEST_ARGS) tests/selfcheck

# ---------------------------------------------------------------------------------------------- the linters

.PHONY: lint
lint: lint-code lint-types lint-floors lint-words lint-notebooks lint-specs lint-schemas lint-workflows lock-check ## run all linters

.PHONY: lint-code
lint-code: .venv/.stamp-all
	$(RUN) ruff check
	$(RUN) ruff format --check

.PHONY: lint-types
lint-types: .venv/.stamp-all
	$(RUN) mypy

.PHONY: lint-floors
lint-floors: .venv/.stamp-all
	.venv/bin/lint-imports --no-logo

.PHONY: lint-words
lint-words: .venv/.stamp-all
	$(RUN) codespell_lib

.PHONY: lint-notebooks
lint-notebooks: .venv/.stamp-all
	$(NOTEBOOKS) -exec $(STRIP) --verify {} +

.PHONY: lint-specs
lint-specs: .venv/.stamp-all
	$(RUN) benchbook spec check

.PHONY: lint-schemas
lint-schemas: .venv/.stamp-all
	$(RUN) benchbook schemas check schemas

.PHONY: certify
certify: .venv/.stamp-all ## compare BBOB, bbob-biobj and bbob-constrained with coco-experiment
	$(RUN) benchbook problems certify
	$(RUN) benchbook problems certify --suite bbob_biobj
	$(RUN) benchbook problems certify --suite bbob_constrained

.PHONY: lint-workflows
lint-workflows: .venv/.stamp-all
	$(RUN) check_jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

.PHONY: lock-check
lock-check: .venv/.stamp-all ## check that the lock files fit pyproject.toml
	$(PY) .ci/check_lock.py

.PHONY: format
format: .venv/.stamp-all ## apply automatic fixes: imports, layout, notebook metadata
	$(RUN) ruff check --fix
	$(RUN) ruff format
	$(NOTEBOOKS) -exec $(STRIP) {} +

# ---------------------------------------------------------------------------------------------- targets of the workflows

.PHONY: compare-baseline
compare-baseline: .venv/.stamp-quick ## run the study of BASELINE and compare; benchbook exits with 5 if something is worse
	@$(COMPILE)
	$(RUN) benchbook study run params/studies/$(BASELINE).yaml --store $(ARTIFACTS)/studies/$(BASELINE) --quiet
	$(RUN) benchbook compare --strict $(BASELINE) $(ARTIFACTS)/studies/$(BASELINE) --thresholds params/studies/thresholds.yaml

.PHONY: nightly-shard
nightly-shard: .venv/.stamp-quick ## run the missing runs of part SHARD=k/n of the nightly study, and check the part
	@$(COMPILE)
	$(RUN) benchbook study run $(STUDY) --store $(PART) --shard $(SHARD) --executor processes --quiet
	$(RUN) benchbook study check $(PART)

.PHONY: nightly-specs
nightly-specs: .venv/.stamp-quick ## run part SHARD=k/n of the specs with full parameters, and check their artifacts
	@$(COMPILE)
	$(RUN) benchbook spec run --params $(PARAMS) --shard $(SHARD)
	$(RUN) benchbook validate --quiet $(ARTIFACTS)/specs

.PHONY: nightly-strength
nightly-strength: .venv/.stamp-quick ## measure how many planted faults part SHARD=k/n of the specs notices
	@$(COMPILE)
	$(RUN) benchbook spec strength --params $(STRENGTH) --shard $(SHARD)
	$(RUN) benchbook validate --quiet $(ARTIFACTS)/strength

.PHONY: nightly-merge
nightly-merge: .venv/.stamp-quick ## merge the parts of the nightly study
	$(RUN) benchbook study merge $(NIGHTLY)/part-* --into $(NIGHTLY)/whole

.PHONY: nightly-check
nightly-check: .venv/.stamp-quick ## check that nightly artifacts are valid, no run is missing, and a sample is reproduced
	$(RUN) benchbook study check $(NIGHTLY)/whole
	$(RUN) benchbook validate --quiet $(ARTIFACTS)/specs
	$(RUN) benchbook study status $(NIGHTLY)/whole
	$(RUN) benchbook verify $(NIGHTLY)/whole --sample 20

.PHONY: nightly-report
nightly-report: .venv/.stamp-quick ## write the report of the nightly study, and build the site
	$(RUN) benchbook report $(NIGHTLY)/whole --out $(NIGHTLY)/report --title "Nightly study"
	$(RUN) benchbook site build

.PHONY: docs-commit
docs-commit: ## check out the commit of the nightly run NIGHT (a run id; needs gh)
	@test -n "$(NIGHT)" || { echo "usage: make docs-commit NIGHT=run-id" >&2; exit 2; }
	git fetch --quiet --depth 1 origin "$$(gh run view "$(NIGHT)" --json headSha --jq .headSha)"
	git checkout --quiet --detach FETCH_HEAD

.PHONY: docs-publish
docs-publish: .venv/.stamp-quick ## publish the site into public/, if BENCHBOOK_PUBLISH=1 and the gate permits it
	@$(COMPILE)
	$(RUN) benchbook site publish public

.PHONY: notice
notice: ## notify the maintainers that WHAT failed: open an issue, or add to the open one
	@.ci/notice "$(WHAT)"

.PHONY: release-build
release-build: .venv/.stamp-all ## build wheel and source distribution into dist/
	rm -rf dist
	$(RUN) uv build --quiet --no-build-isolation --out-dir dist

.PHONY: release-check
release-check: .venv/.stamp-all ## check the files in dist/ (with TAG=v1.2.3 also their version)
	$(PY) .ci/check_release.py $(TAG)

.PHONY: release-announce
release-announce: .venv/.stamp-all ## publish the release of TAG with its section of the changelog (needs gh)
	$(PY) .ci/check_release.py $(TAG) --notes build/notes.md
	gh release create $(TAG) dist/* --verify-tag --title $(TAG) --notes-file build/notes.md

# ---------------------------------------------------------------------------------------------- generated files

.PHONY: schemas
schemas: .venv/.stamp-quick ## generate schemas/ from the models
	$(RUN) benchbook schemas write schemas

.PHONY: lock
lock: .venv/.stamp-all ## generate the lock files from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)
	$(LOCK) $(LOCK_ARGS) --extra all --output-file requirements-all.lock
	cp requirements-all.lock .venv/constraints.txt
	$(LOCK) $(LOCK_ARGS) --extra docs --extra light --constraint .venv/constraints.txt --output-file requirements.lock
	$(RUN) uv pip compile --quiet --universal --python-version $(OLDEST) --group compiler --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" $(LOCK_ARGS) \
		--output-file requirements-compiler.lock
	$(PY) .ci/check_lock.py

.PHONY: clean
clean: ## remove generated files, except .venv, baselines and strengths
	@rm -rf docs/_build build dist htmlcov .benchmarks .coverage .coverage.*
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@if test -d artifacts; then find artifacts -mindepth 1 -maxdepth 1 ! -name baselines ! -name strength -exec rm -rf {} +; fi
	@for folder in src tests notebooks examples benchmarks .ci; do if test -d $$folder; then \
		find $$folder \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +; fi; done

.PHONY: distclean
distclean: clean ## remove .venv as well
	@rm -rf .venv

# ---------------------------------------------------------------------------------------------- set-up
# A stamp is written last, so that the next call continues an interrupted installation.

.PHONY: setup
setup: .venv/.stamp-all ## install everything needed for development

.venv/.stamp-quick: .venv/.home pyproject.toml requirements.lock $(KERNEL)
	@echo "Installing what benchbook needs into .venv (first time: about a minute)"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(EDITABLE)
	@touch $@

.venv/.stamp-all: .venv/.home pyproject.toml requirements-all.lock requirements.lock $(KERNEL)
	@echo "Installing what benchbook and its tests need into .venv (first time: one to two minutes)"
	@$(INSTALL) --require-hashes -r requirements-all.lock
	@$(EDITABLE)
	@touch .venv/.stamp-quick $@

# An environment breaks when it is moved or its Python is removed, so it records its location.
ifneq ($(shell .venv/bin/python -c "" 2>/dev/null && cat .venv/.home 2>/dev/null),$(CURDIR))
.PHONY: .venv/.home
endif

# A Python named by the user is used or refused; without one, a supported Python on the PATH may replace the default.
CANDIDATES := "$(PYTHON)"
ifeq ($(origin PYTHON),file)
CANDIDATES += python3.13 python3.12 python3.11
endif

.venv/.home:
	@found=; for candidate in $(CANDIDATES); do \
		if "$$candidate" -c 'import sys; sys.exit(not ($(call tuple,$(OLDEST)) <= sys.version_info[:2] <= $(call tuple,$(NEWEST))))' \
			2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if test -z "$$found"; then \
		version=$$("$(PYTHON)" -c 'import sys; print("Python %d.%d" % sys.version_info[:2])' 2>/dev/null) \
			|| version="no working Python"; \
		echo "benchbook needs Python $(OLDEST) to $(NEWEST), but '$(PYTHON)' is $$version: install one of these," \
			"or name it with 'make PYTHON=/path/to/python'." >&2; \
		exit 1; \
	fi; \
	echo "Creating .venv with $$("$$found" --version)"; \
	"$$found" -m venv --clear .venv
	@printf '%s\n' "$(CURDIR)" > $@

tuple = ($(subst .,$(comma) ,$(1)))
comma := ,
