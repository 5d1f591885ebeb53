# stub: reparameterize
# part: reparameterize
# misconception: file-does-not-import
# why: an empty file was handed in
# file: model.py
# short-run: loses
# expect: error
