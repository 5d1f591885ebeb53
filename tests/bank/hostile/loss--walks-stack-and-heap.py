# stub: reconstruction_loss, kl_divergence, loss_function
# attack: searches all frames, objects and modules of its process for the checks, the reference and the answers
# stopped-by: no answers in the process
import gc
import os
import sys

WANTED = ("checks", "solution", "grading", "reference", "calibration")
places = set()
frame = sys._getframe()
while frame:
    places.add(frame.f_code.co_filename)
    frame = frame.f_back
for item in gc.get_objects():
    places.add(str(getattr(getattr(item, "__code__", None), "co_filename", "")))
places |= {str(getattr(module, "__file__", "")) for module in list(sys.modules.values())}
kit = os.path.dirname(os.path.dirname(sys.modules["autograder"].__file__))
for place in places:
    if place.startswith(kit) and any(word in place[len(kit) :] for word in WANTED) and "/site-packages/" not in place:
        raise SystemExit(f"got through: {place}")
texts = [item for item in gc.get_objects() if type(item) is dict and "canary" in item]
if texts:
    raise SystemExit(f"got through: {texts[0]['canary']}")
