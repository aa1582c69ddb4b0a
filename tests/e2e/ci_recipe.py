#!/usr/bin/env python3
"""What a CI server would run of a recipe in docs/examples/ci, as a script for bash.

    ci_recipe.py github.yml|gitlab.yml

GitHub runs each step with 'bash -e' and a shell of its own; GitLab all lines of before_script and script in one
shell that ends at the first line that fails. What is uploaded is only looked for: the XML files have to be there.
"""
import shlex
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    recipe = yaml.safe_load(file)
lines = ["set -e"]
if "jobs" in recipe:
    job = recipe["jobs"]["euicc"]
    variables = job["env"]
    steps = [step["run"] for step in job["steps"] if "run" in step and step.get("if") != "failure()"]
    steps = [f"bash -e -c {shlex.quote(step)}" for step in steps]
else:
    job = recipe["euicc"]
    variables = job["variables"]
    steps = job["before_script"] + job["script"]
for name, value in variables.items():
    lines.append(f"export {name}={shlex.quote(value)}")
for step in steps:
    lines += [f"echo '$ '{shlex.quote(step.splitlines()[0][:100])}", step]
lines += ['for result in shell.xml pytest.xml; do grep -q "<testsuite" "$result"; grep -o "tests=\\"[0-9]*\\"" "$result"; done',
          'jobs -p | xargs -r kill 2>/dev/null || true']
print("\n".join(lines))
