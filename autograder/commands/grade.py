"""``autograder grade``. Exit status: 0 every submission has a result, 2 unusable arguments, 3 some submission
could not be given a result, 130 interrupted.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.summary import tell
from autograder.commands.terminal import (
    CORES,
    AsJson,
    Dataset,
    Device,
    Language,
    Quiet,
    app,
    usable_data,
    usable_device,
    with_progress,
)
from autograder.messages import Message, Refusal
from autograder.workers import Stopped


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A class, or one submission: folder or zip. / 제출물 폴더나 zip.")
    ],
    out: Annotated[Path, typer.Option(help="Where results go. / 결과를 쓸 폴더.")],
    jobs: Annotated[int, typer.Option(min=1, help="Submissions at a time. / 동시에 채점할 수.")] = CORES,
    dataset: Annotated[
        Dataset, typer.Option(help="Images of the short run. / 짧은 학습에 쓸 데이터.")
    ] = Dataset.digits,
    data_root: Annotated[
        Path | None, typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to train. / 학습 장치.")] = Device.cpu,
    lang: Annotated[Language, typer.Option(help="Language of the feedback. / 피드백 언어.")] = Language.en,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the hidden inputs. / 숨은 입력의 시드.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Grade this submission alone. / 이 제출물만 채점.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Grade on the Dask cluster there. / 그곳의 Dask 클러스터에서 채점."
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over. / 처음부터 다시.")] = False,
    allow_weak_isolation: Annotated[
        bool, typer.Option("--allow-weak-isolation", help="Grade without a sandbox. / 격리 없이 채점.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Grade a class. / 한 반을 채점합니다."""
    from autograder import classroom, intake
    from autograder.run import Run
    from autograder.settings import settings

    _usable_out(out, submissions)
    usable_device(device.value)
    if cluster is None:  # else the workers look for it, where they are
        usable_data(dataset.value, data_root)
    sources = intake.find(submissions)
    folder = classroom.Folder.of(out, sources)
    if only is not None:
        sources = [source for source in sources if source.name == only]
        if not sources:
            raise Refusal(Message("cli.no_such_submission", {"name": only, "path": str(submissions)}))
    try:
        with classroom.sole_use(out):
            chosen = classroom.run_seed(out, seed, fresh)
            run = Run(settings(), dataset.value, data_root, device.value, chosen, lang.value)
            grading = classroom.grade_class(sources, folder, run, jobs, fresh, allow_weak_isolation, cluster)
            try:
                results = with_progress(grading, len(sources), lang.value, quiet)
            except KeyboardInterrupt:
                grading.close()
                with suppress(OSError):
                    folder.write_grades()  # pages would take longer than one waits after Ctrl-C
                raise
            except Stopped:
                folder.write_summary(lang.value)
                raise
            folder.write_summary(lang.value)
    except KeyboardInterrupt:
        raise Refusal(Message("cli.interrupted", {"out": str(out)}), status=130) from None
    tell(results, out, folder.names, lang.value, quiet, as_json)
    failed = [result for result in results if result.status == "failed"]
    if failed:
        raise Refusal(Message("cli.some_failed", {"count": len(failed), "out": str(out)}), status=3)


def _usable_out(out: Path, submissions: Path) -> None:
    inside = submissions.is_dir() and out.resolve() != submissions.resolve()
    if out.resolve() == submissions.resolve() or (inside and submissions.resolve() in out.resolve().parents):
        raise Refusal(Message("cli.out_inside", {"out": str(out)}))
    try:
        out.mkdir(parents=True, exist_ok=True)
        writable = os.access(out, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise Refusal(Message("cli.out_unwritable", {"out": str(out)}))
