# SPDX-License-Identifier: GPL-2.0-or-later
# What of JSON Schema cli/vdpactl.schema.json uses. A key that the schema does not name is a fault here: programs must
# ignore those, but each that is printed has to be described.

def kind:
  if type == "number" then (if . == floor then "integer" else "number" end) else type end;

# The faults of a value, as strings; none when it is as the schema says.
def faults($root; $schema; $path):
  . as $value
  | (if $schema["$ref"] then $root["$defs"][$schema["$ref"] | ltrimstr("#/$defs/")] else $schema end) as $s
  | if $s == null then "\($path): the schema has no \($schema)"
    elif $s.anyOf then
      [$s.anyOf[] as $one | [$value | faults($root; $one; $path)]]
      | if any(length == 0) then empty else "\($path): none of the kinds: \(map(join("; ")) | join(" | "))" end
    elif $s.type and $s.type != kind then "\($path): \(kind), not \($s.type)"
    else
      (if $s.enum and ($s.enum | any(. == $value) | not) then "\($path): \($value) is none of \($s.enum)" else empty end),
      (if $s.pattern and (test($s.pattern) | not) then "\($path): \($value) is not like \($s.pattern)" else empty end),
      (if $s.minimum and . < $s.minimum then "\($path): \($value) is below \($s.minimum)" else empty end),
      (if $s.maximum and . > $s.maximum then "\($path): \($value) is above \($s.maximum)" else empty end),
      (if type == "object" then
        (($s.required // [])[] as $key | if has($key) then empty else "\($path): \($key) is missing" end),
        (keys_unsorted[] as $key
         | ($s.properties[$key] // $s.additionalProperties) as $of
         | if $of then .[$key] | faults($root; $of; "\($path).\($key)") else "\($path): \($key) is not described" end)
       else empty end),
      (if type == "array" and $s.items then
        (to_entries[] | .key as $i | .value | faults($root; $s.items; "\($path)[\($i)]"))
       else empty end)
    end;

# $schema: the whole file, $name: one of its definitions
faults($schema; $schema["$defs"][$name]; "")
