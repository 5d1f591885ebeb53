# Each target is a few lines that can be typed by hand. On Windows read .venv/bin/ as .venv\Scripts\; there grading
# works only in WSL, and the hand-out works everywhere.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo figures examples screenshots test lint audit slides bench mutants soak-right steady soak kills machines nbgrader-bank calibrate clean

help: ## show this list / 이 목록 보기
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: .venv/made ## grade a sample class into demo/ / 예시 반을 demo/에 채점
	@$(BIN)/python tests/demo/make_class.py demo/class
	@$(BIN)/python -m autograder grade demo/class --out demo/graded --fresh

screenshots: .venv/made ## pictures of the demo's pages, into docs/screenshots/ / 예시 반 페이지의 그림을 docs/screenshots/에
	@test -e demo/graded/index.html || $(MAKE) demo
	@$(BIN)/python -m autograder report demo/graded --quiet
	@$(BIN)/python tests/screenshots.py demo/graded docs/screenshots

figures: .venv/made ## draw the misconceptions' figures again / 오개념 그림 다시 그리기
	@$(BIN)/python -m tests.figures

examples: .venv/made ## draw again what students compare their pictures with, some minutes / 학생이 비교할 그림 다시 만들기, 몇 분
	@$(BIN)/python -m tests.examples

test: .venv/made ## run all tests, two files at a time / 모든 테스트를 두 파일씩 실행
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/made ## style, types, trust boundary, generated files / 서식, 타입, 신뢰 경계, 생성된 파일 검사
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m autograder.release.skeleton --check
	$(BIN)/python -m autograder.release.lab --check
	$(BIN)/python -m autograder.release.readings --check

slides: .venv/made ## build the lecture slides, HTML and PDF, into build/lecture / 강의 슬라이드 만들기
	$(BIN)/python -m autograder.release.slides

audit: .venv/made ## grade the bank, where every verdict is known; SEED=1 names the seed / 판정이 정해진 뱅크 채점, SEED=1로 시드 지정
	$(BIN)/python -m autograder audit $(if $(SEED),--seed $(SEED))

bench: .venv/made ## measure speed and memory, about 15 minutes / 속도와 메모리 측정, 약 15분
	$(BIN)/python tests/bench

mutants: .venv/made ## mutate the solution, every mistake must cost points, about 15 minutes / 정답 코드를 변형해 채점 검증, 약 15분
	$(BIN)/python -m tests.mutation

soak-right: .venv/made ## right submissions again and again, 15 minutes / 옳은 제출물을 거듭 채점, 15분
	$(BIN)/python -m tests.soak.right

steady: .venv/made ## the bank with 50 seeds, 30 minutes / 뱅크를 시드 50개로 검사, 30분
	$(BIN)/python -m tests.soak.steady
	$(BIN)/python -m tests.soak.steady --right

soak: .venv/made ## grade 2,000 submissions in one run, some hours / 제출물 2,000개를 한 번에 채점, 몇 시간
	$(BIN)/python -m tests.soak soak

kills: .venv/made ## kill the grader at 50 random moments, nothing may be lost / 채점기를 50번 죽여도 잃는 것이 없는지
	$(BIN)/python -m tests.soak kills

machines: .venv/made ## grade on a machine that was tampered with in 200 ways, 40 minutes / 200가지로 바꾼 컴퓨터에서 채점, 40분
	$(BIN)/python -m tests.machines

nbgrader-bank: .venv/made ## 30 students and the bank through nbgrader, 5 minutes / nbgrader로 30명과 뱅크 채점, 5분
	$(BIN)/python -m tests.gradebook

calibrate: .venv/made ## re-measure the instructor's loss / 교수자의 손실 다시 측정
	$(BIN)/python -m autograder calibrate

clean: ## remove everything that was made / 만들어진 것 모두 삭제
	rm -rf .venv demo build runs release/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# No torchvision fits torch 2.13. Otherwise pip finds the newest torch and its torchvision by itself.
.venv/made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed; name one: make PYTHON=python3.12 / Python 3.10 이상이 필요합니다: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making .venv: torch and more, about 6 GB, some minutes / .venv를 만듭니다: torch 등 약 6 GB, 몇 분 걸립니다"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]" "torch!=2.13.*"
	@touch .venv/made
