/* Columns whose values stand in the events too, so that the chain of hashes covers them: what is written, and what verify compares with it. */
#ifndef BOURSE_JOURNAL_COLUMNS_H
#define BOURSE_JOURNAL_COLUMNS_H

#define FACTS(X) X(run) X(venue) X(account) X(symbol) X(type) X(side) X(amount) X(price) X(cost_asked) X(params) X(client_id) X(created_ms) X(pair) X(leg)
#define PROGRESS(X) X(venue_id) X(state) X(filled) X(remaining) X(average) X(cost) X(told) X(reason) X(updated_ms)
#define FILL(X) X(order_id) X(venue) X(account) X(trade_id) X(at_ms) X(symbol) X(side) X(price) X(amount) X(cost) X(fee_cost) X(fee_currency)
#define RUN(X) X(started_ms) X(ended_ms) X(mode) X(script) X(pid)
#define PAIR(X) X(run) X(state) X(policy) X(deadline_ms) X(loss_bound) X(data) X(created_ms) X(updated_ms)

#define STEPS "('intended','sent','open','partly','filled','cancelled','expired','rejected','unknown')"
#define LIVE "state IN ('intended','sent','open','partly','unknown')"          /* not over: the words of the index orders_open */

#define COMMA(c) "," #c                                       /* "id" FACTS(COMMA): id,run,venue,... */
#define MEMBER(c) ",'" #c "'," #c                             /* "json_object('id',id" FACTS(MEMBER) ")" */
#endif
