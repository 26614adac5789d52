---@meta
-- What a strategy finds besides the language, for editors that speak to the Lua language server. unified.lua beside it has the structures and the
-- methods of exchanges. docs/strategy.md and docs/api.md say more.

---An exchange object. Its methods are those of docs/api.md.
---@param id string
---@param settings? { options?: table, account?: string }
---@return bourse.Exchange
function exchange(id, settings) end

---@class bourse.PairLeg
---@field [1] bourse.Exchange
---@field symbol string
---@field side "buy"|"sell"
---@field price bourse.Decimal
---@field amount? bourse.Decimal

---@class bourse.Pair
---@field [1] bourse.PairLeg
---@field [2] bourse.PairLeg
---@field amount? bourse.Decimal # of both legs
---@field seconds? number # that a leg may stay open (10)
---@field policy? "hold"|"reverse"|"proceed" # what to do with a leg that is left over (hold)
---@field loss? bourse.Decimal # most that reverse or proceed may cost, in the quote

---@class bourse.PairDone
---@field id integer
---@field state "done"|"reversed"|"held"|"failed"
---@field reason? string
---@field legs { venue: string, symbol: string, side: string, amount: string, price: string, id?: string, state: string, filled: string, average?: string, reason?: string }[]

---Two orders that belong together, kept in the journal as one. Waits for its end.
---@param spec bourse.Pair
---@return bourse.PairDone
function pair(spec) end

---What this script may do, in the words of bourse.lua; it can only narrow what the user allows.
---@param spec table
function limits(spec) end

---@class bourse.Argument
---@field type "text"|"number"|"integer"|"bool"|"list"|"amounts"
---@field default? any
---@field help? string
---@field min? number
---@field max? number
---@field choices? any[]
---@field required? boolean
---@field each? "text"|"number"|"integer" # of a list

---Declares the arguments of the script; then `args.name`.
---@type table<string, any> | fun(declaration: table<string, bourse.Argument>): table<string, any>
args = {}

---Plain data that the next run finds again. A change inside a table is kept by assigning the table again.
---@type table<string, any>
store = {}

---Runs f at once and then each `seconds`. A failed call of an exchange ends the round only; rounds never overlap.
---@param seconds number
---@param f fun()
function every(seconds, f) end

---@param seconds number
---@param f fun()
function after(seconds, f) end

---"HH:MM" (UTC): each day; an ISO date or milliseconds: once.
---@param when string|integer
---@param f fun()
function at(when, f) end

---A task of its own.
---@param f fun(...)
---@param ... any
function spawn(f, ...) end

---@param seconds number
function sleep(seconds) end

---Ends the script with exit code 0.
function stop() end

---@class bourse.TogetherOptions
---@field limit? integer # how many at once
---@field deadline? number # seconds after which the rest counts as failed

---Runs the functions at the same time: their results in order, nil for one that failed, then a table of the errors by position when there are some.
---With a list of functions it gives a list of results and the table of errors.
---@overload fun(list: (fun(): any)[], options?: bourse.TogetherOptions): any[], table<integer, bourse.Error>
---@param ... (fun(): any)|bourse.TogetherOptions
---@return any ...
function together(...) end

---@class bourse.EachOptions: bourse.TogetherOptions
---@field retry? number # seconds that one which does not answer is left out for (15)

---f(ex) for each exchange at the same time: the results and the errors by id.
---@generic T
---@param ids string[]
---@param f fun(ex: bourse.Exchange): T
---@param options? bourse.EachOptions
---@return table<string, T> results
---@return table<string, bourse.Error> errors
function each_exchange(ids, f, options) end

---Waits until the order is over and cancels what is left of it after `seconds` (5).
---@param ex bourse.Exchange
---@param order bourse.Order
---@param seconds? number
---@return bourse.Order
function settle(ex, order, seconds) end

---@class bourse.Route
---@field known boolean # whether anything is known of the coin at both
---@field open boolean # nothing that is known speaks against it
---@field why? string
---@field fee? number # of sending, in the coin
---@field network? string
---@field same? boolean # by its contract it is one coin, or is not; nil: not known

---Can the coin be moved from one exchange to another?
---@param code string
---@param from bourse.Exchange
---@param to bourse.Exchange
---@return bourse.Route
function coin_route(code, from, to) end

---@class bourse.State
---@field status? string # "ok", "maintenance" ...; nil: it does not tell
---@field clock? number # how far its clock is ahead of ours (ms)
---@field error? number # how far that may be wrong

---What an exchange says of itself; asked again each minute.
---@param ex bourse.Exchange
---@return bourse.State
function exchange_state(ex) end

---How old a book is.
---@param ex bourse.Exchange
---@param book bourse.OrderBook
---@return number received # ms since it came
---@return number? own # ms by the exchange's own time in it; below 0: from the future; nil: not told
function book_age(ex, book) end

---@class bourse.Offer
---@field id string
---@field ex bourse.Exchange
---@field market bourse.Market
---@field book? bourse.OrderBook
---@field bid? number
---@field ask? number
---@field verdict? "not traded"|"no fee"|"closed"|"crossed"|"suspect" # something keeps it out
---@field why? string

---What can be traded with at an exchange; nil: it has no such spot market, or a side of its book is empty.
---@param ex bourse.Exchange
---@param symbol string
---@param depth? integer # levels
---@return bourse.Offer?
function offer(ex, symbol, depth) end

---@class bourse.RegistryEntry
---@field id string
---@field name string
---@field site string
---@field docs? string
---@field version string
---@field countries string[] # ISO codes, and EU
---@field status "active"|"renamed"|"defunct"|"unknown"
---@field successor? string
---@field note? string
---@field adapter? true # there is one

---@return bourse.RegistryEntry[] entries # by id
---@return table<string, string> countries # names by code
function registry() end

---A result: a row on the screen, a line in a pipe, JSON with --format json.
---@param data table<string, any>
---@param books? table<string, bourse.OrderBook> # what it rests on, by name: the page of --html draws them
function report(data, books) end

---To stderr.
---@param ... any
function log(...) end

---Tells the user: on stderr, and at the addresses of --notify.
---@param ... any
---@return boolean told
---@return string? why # it was not
function notify(...) end

---To stdout.
---@param ... any
function print(...) end

---How wide the terminal was when the run began.
---@return integer|nil columns # nil: what is printed goes to a file or a pipe
function columns() end

---@class bourse.Error
---@field class string # docs/api.md has the tree
---@field message string
---@field venue? string
---@field code? string # the exchange's own
---@field http? integer
---@field request? table
---@field retry boolean # may the same call work later?

---Is it an error of that class or of one below it?
---@param e any
---@param class string
---@return boolean
function is_error(e, class) end

---@param ms integer|nil
---@return string|nil
function iso8601(ms) end

---@param text string
---@return integer|nil ms
function parse8601(text) end

---Exact arithmetic on decimal text.
---@class decimallib
decimal = {}
---@alias bourse.Decimal string|number
---@param a bourse.Decimal
---@param b bourse.Decimal
---@return string
function decimal.add(a, b) end
---@param a bourse.Decimal
---@param b bourse.Decimal
---@return string
function decimal.sub(a, b) end
---@param a bourse.Decimal
---@param b bourse.Decimal
---@return string
function decimal.mul(a, b) end
---@param a bourse.Decimal
---@param b bourse.Decimal
---@param places integer # cut after so many
---@return string
function decimal.div(a, b, places) end
---@param a bourse.Decimal
---@param b bourse.Decimal
---@return -1|0|1
function decimal.cmp(a, b) end
---@param a bourse.Decimal
---@return string
function decimal.neg(a) end
---@param a bourse.Decimal
---@return string
function decimal.abs(a) end
---@param x bourse.Decimal
---@param step bourse.Decimal
---@param mode? "tick"|"places"|"digits"
---@param how? "nearest"|"cut"|"up"
---@return string
function decimal.round(x, step, mode, how) end
---@param a bourse.Decimal
---@return string
function decimal.text(a) end
---@param a bourse.Decimal
---@return number
function decimal.number(a) end
---@param x any
---@return boolean
function decimal.is(x) end

---@class jsonlib
json = {}
---@param value any
---@return string
function json.encode(value) end
---@param text string
---@return any
function json.decode(text) end

---The heavy part of a scan over many markets, in C.
---@class scanlib
scan = {}

---@class bourse.Quotes
---@field set fun(self: bourse.Quotes, venue: string, tickers: table<string, bourse.Ticker|bourse.OrderBook>, options?: { fee?: number, fees?: table<string, number>, received?: integer }): integer
---@field drop fun(self: bourse.Quotes, venue: string)
---@operator len: integer

---@alias bourse.Tickers bourse.Quotes|table<string, table<string, bourse.Ticker|bourse.OrderBook>>

---The best bid and ask of each market of each venue, packed.
---@return bourse.Quotes
function scan.quotes() end

---@class bourse.Gap
---@field symbol string
---@field buy string # where
---@field sell string
---@field ask number
---@field bid number
---@field ask_amount? number
---@field bid_amount? number
---@field gross number # per cent
---@field net number # after taker fees
---@field age? integer # ms, of the older

---@class bourse.GapOptions
---@field min? number # per cent that must be left (0)
---@field limit? integer # (100)
---@field max_age? number # ms
---@field fees? table<string, number> # by venue, for tickers

---For each symbol the two venues between which most is left, best first.
---@param quotes bourse.Tickers
---@param options? bourse.GapOptions
---@return bourse.Gap[]
function scan.gaps(quotes, options) end

---@class bourse.Leg
---@field venue string
---@field symbol string
---@field side "buy"|"sell"
---@field from string
---@field to string
---@field price number
---@field amount? number # of the base, at that price
---@field rate number # after the fee

---@class bourse.Cycle
---@field net number # per cent
---@field path string
---@field legs bourse.Leg[]

---@class bourse.CycleOptions: bourse.GapOptions
---@field legs? integer # at most so many trades (3, up to 8)

---Ways round that leave more than was put in, best first; false when the search was not completed.
---@param quotes bourse.Tickers
---@param options? bourse.CycleOptions
---@return bourse.Cycle[] cycles
---@return boolean completed
function scan.cycles(quotes, options) end

---@class bourse.FillSide
---@field book? bourse.OrderBook|{ bids: table, asks: table }
---@field levels? table # in place of the book
---@field market? bourse.Market # tells what is not given below
---@field mode? string # the exchange's precision_mode, to read the market's step by
---@field fee? bourse.Decimal
---@field step? bourse.Decimal
---@field min_amount? bourse.Decimal
---@field max_amount? bourse.Decimal
---@field min_cost? bourse.Decimal
---@field max_cost? bourse.Decimal

---@class bourse.FillOptions
---@field max_amount? bourse.Decimal
---@field max_cost? bourse.Decimal # to spend, before fees
---@field min? bourse.Decimal # per cent that each level, and the whole, must leave
---@field fixed? bourse.Decimal # in the quote, once

---@class bourse.Fill
---@field why? "empty"|"no gap"|"fees"|"min"|"lot"|"min_amount"|"min_cost"|"fixed" # nothing to gain, and why
---@field side? "buy"|"sell"
---@field least? number
---@field bound? "profit"|"book"|"max_amount"|"max_cost" # what keeps it from being larger
---@field size number
---@field amount? string # the same as exact text, for an order
---@field cost number # before fees
---@field proceeds number
---@field fees number
---@field profit number
---@field gross number # per cent of the cost
---@field net number
---@field buy_price number # average
---@field sell_price number
---@field buy_limit number # worst
---@field sell_limit number

---The best size between the asks of one book and the bids of another.
---@param buy bourse.FillSide
---@param sell bourse.FillSide
---@param options? bourse.FillOptions
---@return bourse.Fill
function scan.fill(buy, sell, options) end
