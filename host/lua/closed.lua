-- What a user is told when an exchange is used that is closed: closed(registry_text, id, run) -> a sentence, or nil. Only the entry is run, not
-- the whole registry, since this is looked at whenever an exchange is opened.
local text, id, run = ...
local entry_text = text:match("\n  " .. id .. " = (%b{}),\n")
local entry = entry_text and run("return " .. entry_text)
if not entry or entry.status ~= "defunct" then return nil end
local line = ("%s closed in %s (%s)"):format(entry.name, tostring(entry.year or "?"), entry.note or "no reason known")
if entry.successor then line = line .. "; '" .. entry.successor .. "' came after it" end
return line .. "; its adapter speaks the last API that it published"
