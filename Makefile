# BotCafé. `make` alone says what there is. Needs make and Python 3.11 or newer; everything else is installed into .venv.

VENV := .venv
BIN := $(VENV)/bin
# The first Python here that is new enough; `make start PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	path=$$(command -v $$name 2>/dev/null) && "$$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$path" && break; done)

.DEFAULT_GOAL := help
.PHONY: help start test lint format texts docs pictures transcript test-kills test-proofs test-isolation test-ledger test-api lock clean python

help: ## Say what can be made
	@echo 'BotCafé: what you can make'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@for file in bench/[a-z]*.py; do name=$$(basename "$$file" .py); \
		[ -f "$$file" ] && printf '  make bench-%-5s Measure: %s\n' "$$name" "$$(sed -n '1s/"""\(.*[^"]\)"*$$/\1/p' "$$file")" || true; done
	@echo
	@echo 'First time here? `make start`, then open the address it prints. Settings: copy .env.example to .env.'

start: python ## Run everything on this machine: database, local Discord (or yours), bot, web
	@"$(PYTHON)" bot/local/install.py run
	@exec $(BIN)/python -m bot start

test: python ## Lint, types, import rules and every test, with a summary (ARGS='tests/db -x': some)
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python tests/run.py $(ARGS)

lint: python ## Look for what ruff, the type checker and the import rules object to
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python tests/run.py --lint

format: python ## Lay the code out the way the linter wants it
	@"$(PYTHON)" bot/local/install.py dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

texts: python ## Bring the catalogues of texts up to date with the source
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python -m bot.locale

test-kills: python ## Every moment at which a killed start must not lose or double a reply (minutes)
	@"$(PYTHON)" bot/local/install.py dev
	@ALL_KILLS=1 $(BIN)/python -m pytest tests/e2e/test_kill.py -q

test-api: python ## Call the API in three roles with every edge of its document (4 minutes, some 17,000 calls)
	@"$(PYTHON)" bot/local/install.py dev
	@API_FUZZ=full $(BIN)/python -m pytest tests/api/test_api_fuzz.py -q

test-proofs: python ## The proofs at full length: a thousand messages asked who made them, every hostile text (minutes)
	@"$(PYTHON)" bot/local/install.py dev
	@PROOFS=1 $(BIN)/python -m pytest tests/whole -q

test-ledger: python ## The ledger against a model of dictionaries, 300 examples of 50 steps (minutes)
	@"$(PYTHON)" bot/local/install.py dev
	@BOTCAFE_LEDGER_EXAMPLES=300 BOTCAFE_LEDGER_STEPS=50 $(BIN)/python -m pytest tests/money/test_money_model.py -o timeout=1800 -s $(ARGS)

test-isolation: python ## Who may see and do what, at full length: every table, 10,000 broken transactions, 3,000 walks (minutes)
	@"$(PYTHON)" bot/local/install.py dev
	@STORM=10000 AUTHZ=full $(BIN)/python -m pytest tests/db/test_db_security.py tests/db/test_db_work.py tests/authz -q -s

pictures: python ## Take the pictures in docs/images anew, in a browser, from a running demo
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python -m tests.e2e.pictures

transcript: python ## Play an evening with three characters, and write it down from the journal (build/transcript.md)
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python -m tests.e2e.transcript $(TRANSCRIPT_FLAGS)

docs: python ## Write the tables of the documentation that come out of the code
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python -m docs.tables

lock: python ## Renew the requirements' locks from pyproject.toml (hashes, no hosts)
	@"$(PYTHON)" bot/local/install.py dev
	@for kind in '--extra embedded-db --extra local-embeddings:requirements-run.lock' \
		'--all-extras --group dev:requirements.lock'; do \
		$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
		$(LOCK_FLAGS) $${kind%%:*} pyproject.toml -o $${kind##*:} --quiet || exit 1; done
	@! grep -HE 'https?://' requirements*.lock

bench-%: python
	@test -f bench/$*.py || { echo "There is no bench/$*.py; make help lists what there is."; exit 2; }
	@"$(PYTHON)" bot/local/install.py dev
	@exec $(BIN)/python -m bench.$* $(ARGS)

clean: ## Remove what was installed and built; data/ and .env stay
	@rm -rf $(VENV) build .pytest_cache .ruff_cache .import_linter_cache .hypothesis botcafe.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'Removed .venv and what was built. Your data (data/) and settings (.env) are still there.'

python:
	@test -n "$(PYTHON)" || { \
		echo 'BotCafé needs Python 3.11 or newer, and none was found. Nothing was changed. Install one, then try again:'; \
		echo '  Debian, Ubuntu:  sudo apt install python3 python3-venv'; \
		echo '  macOS:           brew install python@3.13'; \
		echo 'Or name yours:     make start PYTHON=/path/to/python3'; exit 1; }
