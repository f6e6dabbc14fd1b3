#!/usr/bin/env bash
# A tour of setwright's main job, on pictures drawn for it. `make demo` runs it; so does `bash docs/tour.sh` wherever
# `setwright` is on the path. It works in demo/, beside the docs, and makes that folder anew each time.
set -euo pipefail

top="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
place="${1:-$top/demo}"

if [[ -e "$place" && ! -e "$place/.tour" ]]; then
    echo "$place is there already, and was not made by this tour." >&2
    exit 1
fi
rm -rf "$place"
mkdir -p "$place"
touch "$place/.tour"
cd "$place"

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
    bold="" dim="" plain=""
fi

# What a step is about.
say() {
    echo
    printf "${dim}# %s${plain}\n" "$@"
}

# Show a command as one would type it, then run it.
run() {
    local typed="" word
    for word in "$@"; do
        [[ "$word" == *[!a-zA-Z0-9_./@:=-]* ]] && word="\"$word\""
        typed+=" $word"
    done
    echo "${bold}\$$typed${plain}"
    "$@"
}

say "A project is a folder with setwright.yaml in it. Its lake, the place that holds pictures, is embedded: nothing" \
    "to sign up for, nothing to start."
run setwright init

say "No photographs at hand? Here is a party: balloons, kites and birds, and what they are is written down beside."
run setwright demo party

say "The lake takes pictures in with their annotations. Every picture is stored once, by its content."
run setwright lake ingest party --collection party

say "A dataset is described in a spec, which lives in git like code does."
mkdir -p specs
# In a project the schemas are where `init` put them.
sed 's#\.\./schemas#../.setwright/schemas#' "$top/specs/balloons.yaml" > specs/balloons.yaml
run cat specs/balloons.yaml

say "Is it right? Mistakes would all be listed, each with its line and what to write instead."
run setwright validate

say "What would it make? Nothing is touched yet."
run setwright plan

say "Make exactly that."
run setwright apply --yes

say "What was asked for is there, so a second plan is empty. In CI, --detailed-exitcode tells that apart."
run setwright plan --detailed-exitcode

say "Now think again: dusk is too hard for a first model, kites should be told from balloons, and more pictures" \
    "should go to the test. resplit lets frames move to another part; without it they would stay where they are."
cp specs/balloons.yaml before.yaml
sed -e 's/^query: .*/query: annotation.label in (Balloon, Kite) and metadata.Tags!=dusk/' \
    -e 's/^split: .*/split: {train: 60, validation: 20, test: 20, resplit: true}/' \
    before.yaml > specs/balloons.yaml
run diff -u --label before --label after before.yaml specs/balloons.yaml || true
rm before.yaml

say "The plan tells which frames enter, leave and move, and what becomes of the labels, split by split."
run setwright plan

say "The test pictures change, so results before and after cannot be compared: that is a major version."
run setwright apply --yes
run setwright versions balloons

say "Files for a trainer: only what is missing is written, and what is not setwright's own is never touched."
run setwright pull balloons --export "YOLO Darknet" --to out
run ls out
run head -n 3 out/train.txt
first="$(head -n 1 out/train.txt)"
run cat "out/${first%.jpg}.txt"

say "Once more: nothing to do, so it is quick."
run setwright pull balloons --export "YOLO Darknet" --to out

say "All of it lies in $place. Change the spec, and plan again."
