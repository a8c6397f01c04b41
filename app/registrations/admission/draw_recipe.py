"""How anybody checks a draw: shown on its page, run by the tests."""

RECIPE = """\
import hashlib, json, sys
draw = json.load(open(sys.argv[1], encoding="utf-8"))
def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
assert sha256(draw["seed"]) == draw["seed_sha256"], "another seed was promised"
for slot in draw["lots"]:
    order = sorted(slot["numbers"], key=lambda number: sha256(draw["seed"] + number))
    assert order == slot["numbers"], "the order is wrong: " + slot["time"]
    print(slot["time"], *order, sep="\\n")
print("OK")
"""
