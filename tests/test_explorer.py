"""runs/explore.html in a real browser: it computes what torch does, anybody can use it, and nothing leaves it.

Skipped, with the reason, if there is no Chromium.
"""

import importlib
import re
import shutil
import sys
from pathlib import Path

import pytest
import torch

pytest.importorskip("playwright", reason="Playwright is not installed: pip install -e '.[dev]'")

from axe_playwright_python.sync_playwright import Axe
from browser import MISSING, chromium, executable

if executable() is None:
    pytest.skip(MISSING, allow_module_level=True)

ROOT = Path(__file__).resolve().parents[1]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PANELS = ("generate", "interpolate", "compress", "restore")


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    """``module = vae("latent")``: a module of the solved hand-out."""
    folder = tmp_path_factory.mktemp("handout")
    shutil.copytree(ROOT / "assignment" / "vae", folder / "vae", ignore=shutil.ignore_patterns("__pycache__"))
    for solved in (ROOT / "solution" / "vae").glob("*.py"):
        shutil.copy(solved, folder / "vae" / solved.name)
    kept = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "vae"}
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"vae.{name}")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        del sys.modules[name]
    sys.modules.update(kept)


@pytest.fixture(scope="module")
def model(vae):
    """The full network, 784-400-20, after a short training on the digits."""
    torch.manual_seed(0)
    trained = vae("model").VAE()
    vae("training").train(trained, vae("data").loader(vae("data").load("digits")), 15, 1e-3, "cpu")
    return trained


@pytest.fixture(scope="module")
def images(vae):
    return vae("data").load("digits", train=False)


@pytest.fixture(scope="module")
def path(vae, model, images, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    assert vae("desk.explorer").write(model, images, out) == 0
    return out / "explore.html"


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def show(browser, path):
    """``page = show(locale="ko-KR")``: the page. At the end nothing may have been fetched or complained about."""
    complaints, contexts = [], []

    def shown(where=path, locale="en-US", width=1280, **how):
        contexts.append(
            browser.new_context(
                locale=locale, viewport={"width": width, "height": 900}, reduced_motion="reduce", **how
            )
        )
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda each: each.url == where.as_uri() or complaints.append(each.url))
        page.goto(where.as_uri())
        page.wait_for_selector("main:not([hidden])")
        return page

    yield shown
    for context in contexts:
        context.close()
    assert complaints == []


def computed(page, script, values):
    """What a function of the page gives for each row of a tensor."""
    return torch.tensor(
        page.evaluate(f"rows => rows.map((row) => ({script})(Float32Array.from(row)))", values.tolist())
    )


def settled(page):
    """Wait until all that was asked for is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pixels(page, canvas):
    """The 784 grey values of a canvas, from 0 to 1."""
    script = """(canvas) => {
      const copy = new OffscreenCanvas(28, 28).getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      return [...copy.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
    }"""
    return torch.tensor(page.locator(canvas).evaluate(script)) / 255


# --- the same numbers as torch -------------------------------------------------------------------------


def test_the_page_is_small(path):
    assert path.stat().st_size <= 1_300_000


def test_decode_gives_the_same_pixels(show, model):
    z = torch.randn(60, 20, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = model.decode(z)
    torch.testing.assert_close(computed(show(), "(z) => [...decode(z)]", z), expected, rtol=0, atol=0.01)


def test_encode_gives_the_same_codes(show, model, images):
    x = images.images[:60]
    found = computed(
        show(), "(x) => { const { mu, logVar } = encode(x); return [...mu, ...logVar]; }", x.flatten(1)
    )
    with torch.no_grad():
        expected = torch.cat(model.encode(x), dim=1)
    torch.testing.assert_close(found, expected, rtol=0, atol=0.02)


@pytest.mark.parametrize("button", ["#scattered", "#lower"])
def test_restore_gives_the_same_image_after_a_step(show, vae, model, button):
    page = show()
    page.click(button)
    settled(page)
    x, known = (torch.tensor(page.evaluate(f"[...{each}]")) for each in ("imageOf(indexOf(digit))", "seen"))
    assert 300 < known.sum() < 500
    for steps in (1, 2):
        page.click("#step")
        settled(page)
        images = x.view(1, 1, 28, 28).float(), known.view(1, 1, 28, 28).float()
        expected = vae("latent").restore(model, *images, iterations=steps).flatten()
        torch.testing.assert_close(pixels(page, "#restored"), expected, rtol=0, atol=0.01)
    mean_square = (expected - x)[known == 0].square().mean().item()
    assert re.search(r"^Step 2: error (0\.\d+) in", page.inner_text("#progress"))
    assert float(re.findall(r"0\.\d+", page.inner_text("#progress"))[0]) == pytest.approx(
        mean_square, abs=2e-3
    )


def test_the_path_is_the_interpolation(show, vae, model):
    page = show()
    ends = [torch.tensor(page.evaluate(f"[...imageOf(indexOf({end}))]")).view(1, 1, 28, 28) for end in (3, 8)]
    expected = vae("latent").interpolate(model, *ends, steps=5)
    for step, image in enumerate(expected):
        page.fill("#along", str(step / 4))
        settled(page)
        torch.testing.assert_close(pixels(page, "#between"), image.flatten(), rtol=0, atol=0.01)


@pytest.mark.parametrize("kept", [20, 7, 0])
def test_the_nats_are_those_of_ones_own_loss(show, vae, model, images, kept):
    page = show()
    page.fill("#kept", str(kept))
    settled(page)
    x = torch.tensor(page.evaluate("[...imageOf(indexOf(digit))]")).view(1, 1, 28, 28)
    with torch.no_grad():
        mu, log_var = model.encode(x)
        most = model.encode(images.images)[0].var(dim=0).topk(kept).indices
        code = torch.zeros_like(mu).index_copy(1, most, mu[:, most])
        reconstruction = vae("loss").reconstruction_loss(model.decode(code), x).item()
        kl = vae("loss").kl_divergence(mu[:, most], log_var[:, most]).item()
    found = [float(number) for number in re.findall(r"\d+\.\d", page.inner_text("#nats"))]
    assert found == pytest.approx([reconstruction, kl, reconstruction + kl], abs=0.1)
    torch.testing.assert_close(pixels(page, "#rebuilt"), model.decode(code).detach()[0], rtol=0, atol=0.01)


def test_the_map_moves_z_along_two_directions_only(show, model):
    page = show()
    box = page.locator("#map").bounding_box()
    before = torch.tensor(page.evaluate("[...z]"))
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 120, steps=5)
    page.mouse.up()
    settled(page)
    after, axes = torch.tensor(page.evaluate("[...z]")), torch.tensor(page.evaluate("given.axes"))
    moved = after - before
    torch.testing.assert_close(axes.T @ (axes @ moved), moved, rtol=0, atol=1e-4)
    with torch.no_grad():
        torch.testing.assert_close(
            pixels(page, "#generated"), model.decode(after[None])[0], rtol=0, atol=0.01
        )
    place = page.evaluate("flat(z).map((part) => part / REACH)")
    assert place == pytest.approx([2 * 90 / box["width"] - 1, 1 - 2 * 120 / box["width"]], abs=0.01)


# --- who can use it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(show, locale, colours, width):
    page = show(locale=locale, color_scheme=colours, width=width)
    found = Axe().run(page, options={"runOnly": STANDARD})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_does_everything(show):
    page = show()
    page.focus("#map")
    before = page.evaluate("flat(z)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    after = page.evaluate("flat(z)")
    assert after[0] > before[0] and after[1] > before[1]
    page.focus("#sliders input >> nth=4")
    page.keyboard.press("End")
    assert page.evaluate("z[4]") == 4
    page.click("#unerase")
    page.focus("#brush")
    for key in ("ArrowUp", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    assert page.evaluate("seen.filter((one) => !one).length") == 9
    assert page.evaluate("seen[12 * 28 + 12]") == 0
    page.focus("#digits input:checked")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("digit") == 4
    page.locator("#live", has_text="nats").wait_for(state="attached")


def test_a_finger_drags_and_erases(show):
    page = show(has_touch=True, width=360)
    page.click("#unerase")
    before = page.evaluate("[...z]")
    page.locator("#map").scroll_into_view_if_needed()
    page.locator("#map").tap(position={"x": 20, "y": 20})
    assert page.evaluate("[...z]") != before
    page.locator("#brush").tap(position={"x": 50, "y": 50})
    assert page.evaluate("seen.includes(0)")


@pytest.mark.parametrize(("language", "foreign"), [("en", "[가-힣]+"), ("ko", r"\b(the|of|and|is|to)\b")])
def test_both_languages_are_complete(show, vae, model, images, tmp_path, monkeypatch, language, foreign):
    """The page opens in the desk's language, whatever the browser's is."""
    monkeypatch.setenv("LC_ALL", language)
    assert vae("desk.explorer").write(model, images, tmp_path) == 0
    page = show(tmp_path / "explore.html", locale="en-US" if language == "ko" else "ko-KR")
    other = page.get_by_label("한국어" if language == "en" else "English")
    words = page.evaluate(
        """() => document.querySelector("main").innerText + [...document.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel)"""
    )
    assert len(words) > 800
    assert set(re.findall(foreign, words)) <= {"언어", "한국어"}, "the switch's own words"
    assert page.evaluate("Object.keys(words.en).join() === Object.keys(words.ko).join()")
    other.check()
    assert page.evaluate("document.documentElement.lang") == ("ko" if language == "en" else "en")
    marked = page.locator(".w").evaluate_all(
        "all => all.map((one) => [one.lang, one.textContent.trim().length > 0])"
    )
    assert len(marked) % 2 == 0 and marked == [["ko", True], ["en", True]] * (len(marked) // 2)


def test_nothing_moves_once_it_is_shown(show):
    page = show()
    shifts = "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().map((one) => one.value))).observe({ type: 'layout-shift', buffered: true }))"
    for _ in range(3):
        page.click("#step")
        page.click("#others")
    assert page.evaluate(f"Promise.race([{shifts}, new Promise((done) => setTimeout(done, 500, []))])") == []


# --- what is not there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("unwritten", ["generate", "interpolate", "restore"])
def test_a_panel_opens_only_with_its_function(show, vae, model, images, tmp_path, monkeypatch, unwritten):
    def stub(*_, **__):
        raise NotImplementedError("Task 4: not yet")

    monkeypatch.setattr(vae("latent"), unwritten, stub)
    assert vae("desk.explorer").write(model, images, tmp_path) == 0
    page = show(tmp_path / "explore.html")
    for panel in PANELS:
        shut = page.locator(f"#{panel} .shut")
        assert shut.count() == (panel == unwritten), panel
        assert page.locator(f"#{panel} .inside").is_visible() == (panel != unwritten)
    assert f"{unwritten}, is not written yet" in page.inner_text(f"#{unwritten} .shut")


def test_without_ones_own_loss_there_are_no_nats(show, vae, model, images, tmp_path, monkeypatch):
    monkeypatch.delattr(vae("loss"), "kl_divergence")
    assert vae("desk.explorer").write(model, images, tmp_path) == 0
    page = show(tmp_path / "explore.html")
    assert (
        "Write tasks 2a and 2b" in page.inner_text("#nats")
        and "KL" not in page.locator("#bars").text_content()
    )


@pytest.mark.parametrize(("latent_dim", "hidden_dim"), [(2, 400), (1, 30), (70, 100)])
def test_other_sizes_of_the_given_network(show, vae, images, tmp_path, latent_dim, hidden_dim):
    other = vae("model").VAE(latent_dim, hidden_dim)
    assert vae("desk.explorer").write(other, images, tmp_path) == 0
    page = show(tmp_path / "explore.html")
    assert page.locator("#sliders input").count() == min(latent_dim, 20)
    z = torch.randn(5, latent_dim)
    with torch.no_grad():
        torch.testing.assert_close(
            computed(page, "(z) => [...decode(z)]", z), other.decode(z), rtol=0, atol=0.01
        )


class Convolutional(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = torch.nn.Conv2d(1, 4, 3), torch.nn.Linear(4, 784)


def leaky(network):
    network.encoder[1] = torch.nn.LeakyReLU()
    return network


def scaled(network):
    network.decode = lambda z: 0.5 * network.decoder(z)
    return network


def diverged(network):
    network.decoder[0].bias.data[3] = torch.nan
    return network


@pytest.mark.parametrize("change", [leaky, scaled, diverged, lambda _: Convolutional()])
def test_another_network_gets_one_line_and_no_page(vae, images, tmp_path, capsys, change):
    assert vae("desk.explorer").write(change(vae("model").VAE()), images, tmp_path) == 0
    assert not (tmp_path / "explore.html").exists()
    (line,) = capsys.readouterr().out.splitlines()
    assert "not made" in line


def test_a_page_that_would_be_too_large_is_not_written(vae, images, tmp_path, capsys):
    assert vae("desk.explorer").write(vae("model").VAE(hidden_dim=900), images, tmp_path) == 0
    assert not (tmp_path / "explore.html").exists() and "not made" in capsys.readouterr().out


def test_a_page_that_cannot_be_saved_is_told_like_a_picture(vae, model, images, tmp_path, capsys):
    (tmp_path / "explore.html").mkdir()
    assert vae("desk.explorer").write(model, images, tmp_path) == 1
    said = capsys.readouterr()
    assert said.out == "" and "cannot be saved" in said.err


def test_the_template_holds_no_formula_of_the_losses():
    template = (ROOT / "assignment" / "vae" / "desk" / "explorer.html").read_text(encoding="utf-8")
    script = template.partition("// --- the network")[2]
    assert len(re.findall(r"Math\.(exp|log)", script)) == 2, "the sigmoid, and the noise for the prior"
