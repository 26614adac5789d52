-- What the registry knows of an id that has no adapter file: alias(run_registry, id) -> today's id or nil, and a sentence to tell the user.
local run_registry, id = ...
local registry = run_registry()
local entry = registry.exchanges[id] or registry.today[id]
if not entry then return nil, "no exchange '" .. id .. "' (bourse exchanges lists them)" end
if entry.successor then
  return entry.successor, "'" .. id .. "' is '" .. entry.successor .. "' today"
end
if entry.status == "defunct" then
  return nil, ("%s closed in %s: %s"):format(entry.name, tostring(entry.year or "?"), entry.note or "no reason known")
end
return nil, "no adapter for '" .. id .. "' yet; bourse new exchange " .. id .. " starts one"
