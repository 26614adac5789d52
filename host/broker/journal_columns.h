/* Columns whose values stand in the events too, so that the chain of hashes covers them: what is written, and what verify compares with it. */
#ifndef BOURSE_JOURNAL_COLUMNS_H
#define BOURSE_JOURNAL_COLUMNS_H

#define FACTS(X) X(run) X(venue) X(account) X(symbol) X(type) X(side) X(amount) X(price) X(cost_asked) X(params) X(client_id) X(created_ms) X(pair) X(leg)
#define PROGRESS(X) X(venue_id) X(state) X(filled) X(remaining) X(average) X(cost) X(told) X(reason) X(updated_ms)
#define FILL(X) X(order_id) X(venue) X(account) X(trade_id) X(at_ms) X(symbol) X(side) X(price) X(amount) X(cost) X(fee_cost) X(fee_currency)
#define RUN(X) X(started_ms) X(ended_ms) X(mode) X(script) X(pid)
#define PAIR(X) X(run) X(state) X(policy) X(deadline_ms) X(loss_bound) X(data) X(created_ms) X(updated_ms)

#define STEPS "('intended','sent','open','partly','filled','cancelled','expired','rejected','unknown')"
/* Not over: the words of the indexes orders_open and orders_over; an IN would make a table of them at each write. */
#define LIVE "(state='intended' OR state='sent' OR state='open' OR state='partly' OR state='unknown')"

#define COMMA(c) "," #c                                       /* "id" FACTS(COMMA): id,run,venue,... */
#define MEMBER(c) ",'" #c "'," #c                             /* "json_object('id',id" FACTS(MEMBER) ")" */

/* Data of events, from a row of orders; an order is intended with nothing known of it yet. */
#define INTENDED_JSON(progress) "json_object('order',json_object('id',id" FACTS(MEMBER) progress "))"
#define STEP_JSON "json_object('order',json_object('id',id" PROGRESS(MEMBER) "))"
#define NO_PROGRESS ",'venue_id',NULL,'state','intended','filled',NULL,'remaining',NULL,'average',NULL,'cost',NULL,'told',0,'reason',NULL," \
  "'updated_ms',created_ms"

#define DAY_MS INT64_C(86400000)
#define DAY_TEXT "86400000"
/* The rows of days, by orders and fills. */
#define DAYS_ANEW \
  "WITH o AS MATERIALIZED (SELECT created_ms-created_ms%" DAY_TEXT " AS day, venue, quote_of(symbol) AS quote, count(*) AS orders," \
  " dec_total(cost_asked) AS notional FROM orders GROUP BY 1,2,3)," \
  " f AS MATERIALIZED (SELECT at_ms-at_ms%" DAY_TEXT " AS day, venue, quote_of(symbol) AS quote, dec_total(result) AS realised FROM fills GROUP BY 1,2,3)" \
  " SELECT day, venue, quote, coalesce(o.orders,0) AS orders, iif(o.day IS NULL,'0',o.notional) AS notional, iif(f.day IS NULL,'0',f.realised) AS realised" \
  " FROM (SELECT day, venue, quote FROM o UNION SELECT day, venue, quote FROM f) LEFT JOIN o USING (day, venue, quote) LEFT JOIN f USING (day, venue, quote)"
#endif
