-- What a user is told when an exchange is used that is closed: closed(run_entry), which gives its entry in the registry or nil -> a sentence, or nil.
local run_entry = ...
local entry = run_entry()
if not entry or entry.status ~= "defunct" then return nil end
local line = ("%s closed in %s (%s)"):format(entry.name, tostring(entry.year or "?"), entry.note or "no reason known")
if entry.successor then line = line .. "; '" .. entry.successor .. "' came after it" end
return line .. "; its adapter speaks the last API that it published"
