// Made by scripts/types.js from the description of the API. Do not edit.
export interface paths {
    "/v1/zones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Zones with what is vacant in them, by stable number: page by page, within a box, or by id.
         * @description Walk with `cursor` until `next` is null (in any format: until there is no `Link` to the next).
         *     Zones added meanwhile come at the end; none is sent twice. Areas and floors of a car park stand in
         *     its `areas` and are no zones of their own here, but where `ids` names them.
         */
        get: operations["zones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones/{zone}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One zone with what is vacant in it.
         * @description The same members as in the list. It changes with its tally: ask with `If-None-Match`, or follow it by
         *     `/v1/stream`.
         */
        get: operations["zone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones/{zone}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How full a zone will be.
         * @description Learnt from what was settled, and moved to how full the zone is now. `basis` says what it rests on:
         *     `profile` is how full the zone usually is then, `persistence` that it stays as it is, since too
         *     little was seen of it yet. Where neither can be said every number is null, and so is `basis`. Eight
         *     times in ten what comes lies between `p10` and `p90`.
         */
        get: operations["forecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/nearby": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The nearest vacant bays, and the nearest car parks that count and have room; nearest first.
         * @description Where nothing is near, `next_nearest` is what is nearest within 5 km, if there is anything. Only
         *     bays that are known to be vacant: one whose last report no longer stands is not among them.
         *     Private bays are among them while they are on offer and nobody has them; see `offer`.
         */
        get: operations["nearby"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/{bay}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One bay: its state, how that is known, and its attributes.
         * @description A bay of a private zone is there for others than its owner only while it is on offer and nobody
         *     has it.
         */
        get: operations["bay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders of the authority: what is closed, will be, and was lately.
         * @description Those that changed last come first. Streams tell each change as it comes (`event: order`); so do
         *     MQTT (`bayhub/v1/orders/#`) and webhooks (`order.*`).
         */
        get: operations["get_orders"];
        put?: never;
        /**
         * Issue an order: close a street, keep kerb free, have all leave.
         * @description In force, its bays are `closed` in every answer, stream and search; bookings under it get another bay or
         *     the money back at once; settled time counts as closed. Every stream, subscriber and endpoint that wants to
         *     is told within a second or two. An emergency is in force at once, and is to be confirmed with a second key
         *     within ten minutes. An exercise reaches everybody and closes nothing.
         */
        post: operations["post_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{order}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One order, as it is now.
         * @description With `.cap` behind its id, or asked for as `application/cap+xml`, it is an alert of CAP 1.2.
         */
        get: operations["get_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change an order: another version of it.
         * @description What is not named stays. It has an effect from when it is written down. Only for who issued it, and
         *     administrators.
         */
        patch: operations["patch_order"];
        trace?: never;
    };
    "/v1/orders/{order}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an order now.
         * @description Its bays are what they are seen to be again. It stays to be read. Only for who issued it, and
         *     administrators.
         */
        post: operations["end_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{order}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an emergency with a second key.
         * @description With another key than it was issued with: of the same partner or another. Without it the order stays in
         *     force and is told as unconfirmed after ten minutes.
         */
        post: operations["confirm_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/open311/requests.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was reported, the newest first.
         * @description Of 90 days at most, and 1,000 a page. Problems of private bays are told to who sees the bay.
         */
        get: operations["reported_problems"];
        put?: never;
        /**
         * Report a problem. No key is needed.
         * @description A form as the standard has it, or JSON with the same members. It goes to who is responsible for the
         *     place, with a deadline. What was reported already and is open is the same problem: the answer has its
         *     id. With a key of the scope `report`, `sensor-wrong` of a bay is a report of the bay's state as well;
         *     with the key that has booked it, and before the driver arrives, `shared-bay-taken` gets the driver
         *     another bay, as `/v1/reservations/{reservation}/taken` does. 201 once it is on disk.
         */
        post: operations["report_problem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is to be dealt with, by when it is due: what is late comes first.
         * @description A key with the scope `partner` sees what its partner is responsible for, and that of the authority's partner
         *     what is late as well, with `overdue=true`; `admin` and `monitor` see all. Walk with `cursor` until `next` is null.
         */
        get: operations["list_problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/problems/{problem}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One problem: what was said of it and, for who is responsible, how to reach who reported it.
         * @description Another's is not there.
         */
        get: operations["get_problem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Say what becomes of a problem: a state, a notice, or both.
         * @description open, acknowledged, in_progress, then resolved, rejected or duplicate; steps may be left out, none leads
         *     back. Everybody reads the notice.
         */
        patch: operations["patch_problem"];
        trace?: never;
    };
    "/v1/problems/{problem}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rate how a problem was dealt with, once. No key is needed.
         * @description With the token that the report was answered with, within 30 days after the problem was closed.
         */
        post: operations["rate_problem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How well the authority and each operator deal with what is reported.
         * @description Shares, times and means of fewer than ten are null.
         */
        get: operations["operators_service"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a bay near a place for some time.
         * @description The answer is a bay that is held for a few minutes: confirm it, or it is given to others. Sent
         *     again with the same `Idempotency-Key` it is answered as at first, if it asks for the same: how
         *     the body is written, the order of its members and defaults that are said or left out make no
         *     difference. Without a key each request is a new one.
         *
         *     Where no bay suits, `nearest_room` is the nearest car park that counts and will likely have room at
         *     the start, if there is one.
         *
         *     Each partner has a share of unconfirmed holds, which sinks where holds are left to expire and
         *     bookings given up, and each `driver` it names another; beyond them 429 with
         *     `/problems/quota-exceeded`.
         */
        post: operations["ask_bay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your reservations, by start.
         * @description Page by page by `cursor`, until `next` is null. `state` and `from` narrow them down.
         */
        get: operations["own_reservations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{reservation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A reservation as it is now.
         * @description Whoever follows many of them opens `/v1/reservations/stream` instead.
         */
        get: operations["reservation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{reservation}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a hold before it expires.
         * @description From then on it is paid for, and no other driver is given that bay for that time.
         */
        post: operations["confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{reservation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a reservation up.
         * @description A hold costs nothing, nor does what is confirmed until `cancel_free_until`; from then on
         *     `cancel_fee_cents`, and from its start the whole price.
         */
        post: operations["cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who you are: the partner that holds the key, and what the key is good for.
         * @description Any good key will do, also one of the configuration.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask to become a partner. No key is needed.
         * @description A one-time token goes to `contact`, by mail or by the operator, for `POST /v1/partners/confirm`.
         *     The answer is the same whoever else has that name.
         */
        post: operations["post_signup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use the one-time token: it proves your address, and fetches your first key once you are admitted.
         * @description The key has the scope partner, is shown this once, and is your login: make the others with it.
         *     Where an administrator decides, another token comes when that is done.
         */
        post: operations["post_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your partner's keys, also those that are revoked, those of administrators and of the configuration.
         * @description Page by page by `cursor`, until `next` is null. The text of a key is never shown again.
         */
        get: operations["get_own_keys"];
        put?: never;
        /**
         * Make a key of your own, good for no more than you were granted.
         * @description `GET /v1/partners/me` says what that is (`may_grant`). `scopes` must be said, so that no key is good
         *     for more than is meant; what else is left out is as granted. Its name begins with your partner's. Sensors, gates and uplinks are granted by an administrator only.
         */
        post: operations["post_own_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key of your partner's: every door refuses it from now on.
         * @description Not the key of the call itself: rotate that one, then revoke it with the new one.
         */
        delete: operations["delete_own_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/keys/{key}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a key of your partner's for a new one, good for the same.
         * @description Both are good until the old one ends: a day, if you do not say `overlap_s`. What it has opened stays open
         *     until then. One that an administrator has made for more than you were granted is theirs to change.
         */
        post: operations["rotate_own_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was refused of what your keys sent, and why, newest first.
         * @description With any key of the partner. The next page is asked for with `before` = `next`. What is kept is
         *     bounded, so what is old may be gone.
         */
        get: operations["own_refusals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/credit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What your reports were worth, day by day, and what that makes of your quota.
         * @description With any key of the partner. Where the hub did not know, you told it, and sensors later agreed: that
         *     raises what you may read and search a minute, up to tenfold; where they disagreed, it falls. The last 28
         *     days that are settled, and up to 100 reports of them as they came out. As CSV the days, or with
         *     `table=samples` the reports.
         */
        get: operations["own_credit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What your keys made of the hub, by hour or day and key.
         * @description With any key of the partner. Calls by class and status, bytes out, live streams, MQTT messages,
         *     and reports taken and refused. Of the last ten seconds nothing is told yet; 62 days are kept.
         */
        get: operations["own_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contributions/mine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What came of the app reports of the caller's partner, over the last 1, 7 and 30 days.
         * @description Days are UTC's; today is one of them. Reports are judged within minutes of their coming in, and
         *     only where a sensor can tell.
         */
        get: operations["contributions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How good the data of each operator or partner were in a month: connected, online, late, refused.
         * @description With the scope `monitor` or `admin` all are told, with any other key its own partner alone. A
         *     month of which nothing is known has no rows.
         */
        get: operations["quality"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every source, in the order in which they were enrolled, and how it does.
         * @description Counts begin when the hub was started (`since`). Walk with `cursor` until `next` is null; a page
         *     may end early, even without sources. A key with the scope `report` or `partner` sees the sources
         *     of its own partner. `Accept: text/csv` gives a row each; the next page is then in `Link`.
         */
        get: operations["sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your endpoints whose events the key may be told.
         * @description All of them at once; of those that are disabled with the reason. Secrets are not told again.
         */
        get: operations["get_webhooks"];
        put?: never;
        /**
         * Have an endpoint told of what happens.
         * @description Messages are signed by Standard Webhooks with the secret in the answer, which is not shown again.
         *     Of zones the endpoint is told first how they are now. docs/webhooks.md says what comes, and how
         *     often it is tried.
         */
        post: operations["post_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One endpoint: whether it is told, and why not.
         * @description One of another partner, or whose events the key may not be told, is answered as one that is not there.
         */
        get: operations["get_webhook"];
        put?: never;
        post?: never;
        /**
         * Forget an endpoint, and what waits for it.
         * @description Its log goes too. To keep both, disable it instead.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        /**
         * Change where an endpoint is and what it is told, or whether.
         * @description One that is enabled again is told first what has waited.
         */
        patch: operations["patch_webhook"];
        trace?: never;
    };
    "/v1/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an endpoint a message of the type `webhook.test`, once, now.
         * @description The answer says what came of it, within 15 s also where the endpoint does not answer, and so do its
         *     deliveries. An endpoint that is disabled is tried too.
         */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an endpoint another secret. For a day both sign.
         * @description Without a body the hub makes one. While the secret before the one that signs does so too, it is
         *     refused, unless `now` says that it may end at once.
         */
        post: operations["rotate_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an endpoint was told and is to be told, the newest first.
         * @description Facts stay until they are delivered; of what was delivered the newest are kept, 10,000 facts and
         *     200 others where the operator has not said otherwise.
         */
        get: operations["get_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/deliveries/{delivery}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell one message again, under its own id.
         * @description It goes before what waits and is newer. A state is told as it was then, with the time of then.
         */
        post: operations["resend_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell all facts since a time again, in order, each under its own id.
         * @description As far as they are kept. Those that wait already are not counted.
         */
        post: operations["replay_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the hub should be sent traffic, and if not, why not.
         * @description Where operators have a listener of their own, reasons and notes are told there only.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the hub is well, and how long each part has been.
         * @description For people there is `/status`. Seconds are counted each 10 s while the hub runs and kept for 90 days; of the
         *     time in which it did not run nothing is said. Whether a load balancer should send traffic says `/readyz`.
         */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was refused, newest first.
         * @description The next page is asked for with `before` = `next`.
         */
        get: operations["quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/partners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All partners, the configuration's too; and who wants to be one.
         * @description Page by page by `cursor`, until `next` is null. Sign-ups are on the first page.
         */
        get: operations["get_partners"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/partners/{partner}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Suspend a partner or let it in again, link it to the operator of its name, grant it more or less.
         * @description Keys that it has made stay as they are when it is granted less.
         */
        patch: operations["patch_partner"];
        trace?: never;
    };
    "/v1/admin/signups/{signup}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Admit or refuse who wants to be a partner.
         * @description Who is admitted gets a one-time link, by mail or by you, and with it the first key. To admit once more
         *     makes another link, for who has lost the first or its key.
         */
        patch: operations["patch_signup"];
        trace?: never;
    };
    "/v1/admin/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What every partner made of the hub, or by `partner` what each of one partner's keys did.
         * @description As a partner sees it at `/v1/partners/me/usage`.
         */
        get: operations["all_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What administrators did, newest first.
         * @description Calls that may have changed something, below `/v1/admin`, of the quarantine, of signing up and of partners' own keys, with who made
         *     them and what came of it; never a key, never a body. The next page is asked for with `before` =
         *     `next`. What is kept is bounded, so what is old may be gone. A call of the last moment may be missing.
         */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/registry/faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is wrong with the registry as it is now.
         * @description Nothing of it keeps the hub from answering, but answers mislead: zones nobody has placed or far from
         *     all others, bays outside their zone, several bays at one place, zones of a kind on the same ground,
         *     more bays than a zone says, devices that watch a bay that is not there. Worked out when the registry
         *     has changed; the first answer after that takes its time.
         */
        get: operations["registry_faults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/losses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What of the data folder was lost, and that a start went on without.
         * @description Each stays until it is acknowledged; `/readyz` tells of it till then.
         */
        get: operations["get_losses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/losses/{loss}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take note of a loss: `/readyz` tells of it no longer.
         * @description Doing it again changes nothing.
         */
        post: operations["acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The devices that are mapped, in the order of their ids.
         * @description Page by page by `cursor`, until `next` is null. `low_battery=true` lists only those that should be seen to.
         */
        get: operations["devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/turnover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How each zone's bays turned over.
         * @description Rows start in `from`..`to`, by time and then by zone. Go on with `cursor` until `next` is null;
         *     a page may end early, even without rows. With the scope `monitor` all settled figures are told.
         *     Without it days that are over, in UTC, and what fewer than five visits (without a key: ten)
         *     speak of is null and `suppressed`, and whatever would give it away; what is told by counts of
         *     whole zones (`basis`) speaks of no visit: it is told as soon as it is settled. Zones that are
         *     private, or gone, are not told of, but a private one to who owns all its bays. CSV and Parquet
         *     have the same rows and columns; where the next page is then stands in the header `Link`.
         */
        get: operations["turnover"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/offers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your offers, also those that are withdrawn.
         * @description Page by page by `cursor`, until `next` is null, in the order in which they were made.
         */
        get: operations["get_offers"];
        put?: never;
        /**
         * Put one of your bays on offer, or so many places of a zone.
         * @description A bay is yours if its zone is private and names you as its operator, or if an administrator has
         *     recorded it as yours. The places of a zone are your own bays there for cars; of a car park that only
         *     counts, and is no street, they are its operator's. At no time are more on offer than you have there.
         */
        post: operations["post_offer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/offers/{offer}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of your offers.
         * @description With its hours, its prices, its rules and the address of its calendar.
         */
        get: operations["get_offer"];
        put?: never;
        post?: never;
        /**
         * Withdraw an offer.
         * @description Nothing new is booked from now on; what is booked stands.
         */
        delete: operations["delete_offer"];
        options?: never;
        head?: never;
        /**
         * Change, pause or reopen an offer.
         * @description What is booked stands as it was booked; but of a pool that has fewer `bays` than before, who has no place
         *     any more gets another bay, or the money back within a minute.
         */
        patch: operations["patch_offer"];
        trace?: never;
    };
    "/v1/offers/{offer}/utilisation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How one of your offers was used, day by day.
         * @description For each day between `from` and `to`, 93 at most: how long the bay was on offer, and how much of that it was
         *     used. Without them it is of the last week.
         */
        get: operations["utilisation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/offers/{offer}/reservations/{reservation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give up a booking of one of your offers, at your own cost: its driver owes nothing.
         * @description Not while the driver is there, nor once it is over. The driver is told, with the cause `owner`. The time
         *     is free for others then; to keep it, pause the offer or except it before.
         */
        post: operations["cancel_booking"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/bays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your own bays: what is seen there, whether they are on offer, and what is booked now and next.
         * @description With any key of the partner. A bay is yours if its zone is private and names you as its operator,
         *     or if an administrator has recorded it as yours.
         */
        get: operations["own_bays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is and was booked at all of your bays, by start.
         * @description Without the driver: no name, no vehicle, no key.
         */
        get: operations["own_bookings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/partners/me/settlement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your settlement of a month.
         * @description A row is of the day, and month, that it was by its offer's own clock; with `tz`, by that one. Rows come
         *     by day; the pages of one listing are of the same rows as its totals, whatever is written meanwhile. As
         *     CSV it has the rows only; the header `Link` leads to the next page where there is one.
         */
        get: operations["settlement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description One call as it is noted. */
        AdminCall: {
            /**
             * Format: date-time
             * @description When it came.
             */
            at: string;
            /** @description Name of the key; null: without a good one. */
            key: string | null;
            method: string;
            /** @description Who holds the key. */
            partner: string | null;
            /** @description Without its query, and at most 256 bytes of it. */
            path: string;
            /**
             * @description The client's address: with its port where the connection is its own, without where a trusted
             *     proxy spoke for it.
             */
            peer: string | null;
            /** @description Its `x-request-id`. */
            request: string | null;
            /**
             * Format: int32
             * @description HTTP status; null: the caller was gone before there was one.
             */
            status: number | null;
        };
        /**
         * @description How strangers become partners: by proving an address, by an administrator's word, or not at all.
         * @enum {string}
         */
        AdmissionRule: "open" | "approve" | "closed";
        /** @description An area or floor of a car park. By its id it is a zone of its own, with all members of one. */
        Area: {
            accessible?: components["schemas"]["SomeBays"] | null;
            /** Format: int32 */
            capacity: number;
            /** Format: int32 */
            closed: number;
            ev_charging?: components["schemas"]["SomeBays"] | null;
            name: string;
            /**
             * Format: date-time
             * @description null: never. Each ages by its own time.
             */
            observed_at: string | null;
            reservable?: components["schemas"]["SomeBays"] | null;
            stale: boolean;
            /** Format: int32 */
            unknown: number;
            /** @description By kind of bay; only kinds that it has bays of, or that are counted. */
            vacant: {
                [key: string]: number;
            };
            zone: string;
        };
        /** @description Calls from the audit log, newest first. */
        AuditTrail: {
            calls: components["schemas"]["AdminCall"][];
            /** @description For `before`; null: there are no older ones. */
            next: string | null;
        };
        /**
         * @description Whether figures are of bays that speak for themselves, or of counts of a whole zone.
         * @enum {string}
         */
        Basis: "bays" | "count";
        /** @description A driver's request. */
        BayAsked: {
            /** @description ISO 4217; absent: the hub's own. */
            currency?: string | null;
            /**
             * @description Whom it is for, as you call them: opaque, hashed on arrival, forgotten once it is no hold any
             *     more. A driver has 3 unconfirmed holds at most; without one only your own share counts.
             */
            driver?: string | null;
            /** Format: date-time */
            end: string;
            /**
             * @description May be moved to another bay within `max_walk_m` so that others fit, twice at most and not in the last
             *     half hour, for the offer's `flexible_discount_percent`; what leads more than 100 m farther than was told costs less
             *     still. Absent: false, moved only to where the driver gains, or if the bay is lost.
             */
            flexible?: boolean | null;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /**
             * Format: int32
             * @description For the whole stay; absent: whatever it costs.
             */
            max_price_cents?: number | null;
            /**
             * Format: int32
             * @description As the crow flies; absent: 500.
             */
            max_walk_m?: number | null;
            /**
             * Format: date-time
             * @description Absent: now.
             */
            start?: string | null;
            vehicle?: components["schemas"]["VehicleAsked"] | null;
        };
        /** @description One bay with what is known of it and why. */
        BayDetail: {
            accessible: boolean;
            /** Format: date-time */
            at: string;
            /** @description Whom to name beside it, where a feed says it that asks for that. */
            attribution?: string | null;
            bay: string;
            /** @description Where it is booked. */
            book?: string | null;
            claimed_state?: components["schemas"]["BayState"] | null;
            crs?: components["schemas"]["Crs"] | null;
            /** @description What the offer's price is in. */
            currency?: string | null;
            ev_charging: boolean;
            /** @description What speaks for and against it being taken. */
            evidence: components["schemas"]["Evidence"][];
            kind: components["schemas"]["BayKind"];
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /**
             * Format: int32
             * @description null: no limit.
             */
            max_height_cm: number | null;
            /**
             * Format: int32
             * @description null: no limit.
             */
            max_stay_min: number | null;
            /**
             * Format: date-time
             * @description null: never.
             */
            observed_at: string | null;
            /** @description Of a private bay: its offer, while that is open; the price and the limits are the offer's. */
            offer?: string | null;
            /** @description The order of the authority that closes it. */
            order?: string | null;
            /**
             * Format: double
             * @description For who has not booked it; null while nothing that stands is known.
             */
            p_vacant: number | null;
            /**
             * Format: int32
             * @description null: nobody has said, or it is on offer by the stay or by the month.
             */
            price_cents_per_hour: number | null;
            /**
             * Format: int32
             * @description Of an offer whose price is for a month.
             */
            price_cents_per_month?: number | null;
            /**
             * Format: int32
             * @description Of an offer whose price is for a stay, whatever its length.
             */
            price_cents_per_stay?: number | null;
            /**
             * @description Kept for who has booked it, from ten minutes before the stay; also while that vehicle stands
             *     there.
             */
            reserved: boolean;
            source_kind: components["schemas"]["ShownSourceKind"] | null;
            state: components["schemas"]["ShownState"];
            why: components["schemas"]["Why"];
            zone: string;
            zone_kind: components["schemas"]["ZoneKind"];
            zone_name: string;
        };
        /** @enum {string} */
        BayKind: "car" | "motorcycle" | "heavy" | "bicycle";
        /** @enum {string} */
        BayState: "unknown" | "vacant" | "occupied" | "closed";
        BriefBooking: {
            /** Format: date-time */
            end: string;
            id: string;
            /** Format: date-time */
            start: string;
            /** @description held, confirmed, active. */
            state: string;
        };
        /** @description An offer that has been changed. */
        ChangedOffer: components["schemas"]["Offer"] & {
            /**
             * @description What is booked and lies outside the offer as it is now, by start, 100 at most: it stands. To end it,
             *     cancel it. Of a pool also who has no place any more: that does not stand.
             */
            affects: components["schemas"]["BriefBooking"][];
        };
        /** @description An order, as everybody may read it. */
        CityOrder: {
            affects: components["schemas"]["CityOrderAffects"];
            cause: string | null;
            /**
             * Format: date-time
             * @description When this version was written down: it has no effect before.
             */
            changed_at: string;
            /** @description To who writes it: what it closes. */
            closes?: components["schemas"]["OrderCloses"];
            /**
             * @description Of an emergency: `pending`, `confirmed` by a second key, or `unconfirmed` after ten minutes; of
             *     all others null.
             */
            confirmation: string | null;
            /** Format: date-time */
            ended_at: string | null;
            /** @description Closes nothing: it is being practised. */
            exercise: boolean;
            /** Format: date-time */
            from: string;
            id: string;
            instruction: {
                [key: string]: string;
            };
            /** Format: date-time */
            issued_at: string;
            /** @description The partner that issued it. */
            issued_by: string;
            kind: components["schemas"]["CityOrderKind"];
            reason: {
                [key: string]: string;
            };
            severity: components["schemas"]["CityOrderSeverity"];
            state: components["schemas"]["CityOrderState"];
            target: components["schemas"]["OrderTargetShown"];
            /**
             * Format: date-time
             * @description null: until it is ended.
             */
            to: string | null;
            /**
             * Format: int32
             * @description From 1; each change makes the next.
             */
            version: number;
        };
        /**
         * @description `new_arrivals`: who stands there may stay. `all`: who stands there is to leave.
         * @enum {string}
         */
        CityOrderAffects: "new_arrivals" | "all";
        /** @enum {string} */
        CityOrderKind: "closure" | "no_stopping" | "event" | "works" | "emergency";
        /** @enum {string} */
        CityOrderSeverity: "info" | "warning" | "emergency";
        /** @enum {string} */
        CityOrderState: "planned" | "active" | "ended";
        /** @description Orders, those that changed last first. */
        CityOrders: {
            /** @description For `cursor`; null: no more. */
            next: string | null;
            orders: components["schemas"]["CityOrder"][];
        };
        /** @description Calls of one class, by status. */
        ClassUsage: {
            /** Format: int64 */
            429: number;
            /** Format: int64 */
            "2xx": number;
            /** Format: int64 */
            "3xx": number;
            /**
             * Format: int64
             * @description All but 429.
             */
            "4xx": number;
            /** Format: int64 */
            "5xx": number;
            /**
             * Format: int64
             * @description Of answers' bodies, as they were sent.
             */
            bytes: number;
        };
        /** @description What came of a partner's app reports as evidence. */
        Contributions: {
            /** Format: date-time */
            at: string;
            partner: string;
            /** @description The last 1, 7 and 30 days. */
            periods: components["schemas"]["ContributionsPeriod"][];
            /**
             * Format: int32
             * @description Contributors that sensors have shown to be right, and often enough.
             */
            proven_contributors: number;
        };
        /** @description Some days, today included. */
        ContributionsPeriod: {
            /**
             * Format: int64
             * @description Of them, those that counted as evidence.
             */
            counted: number;
            /** Format: int32 */
            days: number;
            /**
             * Format: int64
             * @description Of those that counted, those that a sensor could judge.
             */
            judged: number;
            /**
             * Format: double
             * @description Of those that counted: how much one moves the log-odds of a bay, in nat.
             */
            mean_weight: number | null;
            /**
             * Format: int64
             * @description Bays that were reported and taken in.
             */
            reports: number;
            /**
             * Format: double
             * @description Of what was judged and said to be occupied, what was; null: nothing was judged.
             */
            right_occupied: number | null;
            /**
             * Format: double
             * @description The same of vacant.
             */
            right_vacant: number | null;
            /**
             * Format: int64
             * @description Of them, those whose contributor had said too much: 6 at once count, and 12 an hour.
             */
            throttled: number;
        };
        /** @description A settled day (of UTC) of one partner. */
        CreditDayRow: {
            /**
             * Format: int64
             * @description Of which the hub was not sure (0.1 to 0.9 vacant): one a bay and five minutes.
             */
            counted: number;
            /**
             * Format: double
             * @description What the 28 days up to this one come to, and by what that multiplies the quota.
             */
            credit: number;
            /** Format: date */
            day: string;
            /** Format: double */
            factor: number;
            judges: components["schemas"]["CreditJudged"][];
            partner: string;
            /**
             * Format: int64
             * @description That were looked at: of bays nobody watched then, or of which the hub was not sure.
             */
            reports: number;
            /**
             * Format: int64
             * @description Of these, such as said what was so.
             */
            right: number;
            /**
             * Format: int64
             * @description Of these, such as somebody came to tell what was so.
             */
            settled: number;
            /**
             * Format: double
             * @description What they add up to: each `(p0 - y)^2 - (p1 - y)^2`.
             */
            value: number;
        };
        /** @description What one judge came to say. */
        CreditJudged: {
            /** @description A partner whose words sensors have proved; null: sensors, gates and bookings. */
            partner: string | null;
            /** Format: int64 */
            right: number;
            /** Format: int64 */
            settled: number;
            /** Format: double */
            value: number;
        };
        /** @description One report, as it came out. */
        CreditSampled: {
            /** Format: date-time */
            at: string;
            bay: string;
            /** @description The partner whose word told; null: a sensor, a gate, a booking, or nobody. */
            judge: string | null;
            /**
             * Format: double
             * @description How likely the hub held the bay to be vacant, just before.
             */
            p0: number;
            /**
             * Format: double
             * @description How likely you said it is.
             */
            p1: number;
            /**
             * Format: double
             * @description What that was worth; null: nobody could tell.
             */
            v: number | null;
            /**
             * Format: int32
             * @description 1: it was vacant, 0: it was occupied; null: nobody could tell.
             */
            y: number | null;
        };
        /** @description A partner's credit. */
        CreditTold: {
            /** Format: date-time */
            at: string;
            /**
             * Format: double
             * @description What the last 28 settled days come to.
             */
            credit: number;
            /** @description Newest first. */
            days: components["schemas"]["CreditDayRow"][];
            /** @description Credit has fallen below -200: your reports weigh as if they were made with confidence 0.5. */
            doubted: boolean;
            /**
             * Format: double
             * @description By what the quota of reading and of searching is multiplied now: 1 to 10.
             */
            factor: number;
            partner: string;
            /** @description Up to 100 reports that counted, newest first. */
            samples: components["schemas"]["CreditSampled"][];
        };
        /**
         * @description In which coordinates places are: WGS 84, or as maps of mainland China have them.
         * @enum {string}
         */
        Crs: "wgs84" | "gcj02" | "bd09";
        /** @description A day in UTC. Of what is missing to its length nothing is known: no hub ran, or nobody looked. */
        DayStatus: {
            /** Format: date */
            date: string;
            /** Format: int64 */
            down_s: number;
            /** Format: int64 */
            up_s: number;
        };
        /** @description A page, the newest first. */
        Deliveries: {
            deliveries: components["schemas"]["Delivery"][];
            /** @description Of the next page; null: this is the last. */
            next: string | null;
        };
        /** @description A message and what has become of it. */
        Delivery: {
            /**
             * Format: int32
             * @description The last answer; null: there was none.
             */
            answered: number | null;
            /** Format: int32 */
            attempts: number;
            /**
             * Format: date-time
             * @description null: it waits.
             */
            done_at: string | null;
            id: string;
            /**
             * Format: date-time
             * @description Not tried again before; null: as soon as it is its turn, or never.
             */
            next_attempt_at: string | null;
            /** @description Why the last attempt failed; null: it did not. */
            reason: string | null;
            /**
             * @description pending: it waits; delivered; failed: an attempt to tell a state, which is told anew as it is
             *     then.
             */
            status: string;
            /**
             * Format: date-time
             * @description When it happened, or was seen.
             */
            timestamp: string;
            type: string;
            /** @description The header `webhook-id` of each attempt. */
            webhook_id: string;
        };
        /** @description A device and the bay it watches. */
        Device: {
            bay: string;
            /**
             * @description A DevEUI, 16 hexadecimal digits; {device_id}@{application_id} of The Things Stack; imei: and 15
             *     digits, or {product}/{device} of an NB-IoT platform.
             */
            device: string;
            health?: components["schemas"]["ToldHealth"] | null;
            /** @description How its payloads are read, as bosch-tps110; `decoded`: its network server has read them. */
            model: string;
            /** @description Of `decoded`: values of it that mean occupied; one, or a list. */
            occupied?: Record<string, never>[] | null;
            /**
             * Format: int32
             * @description Of a model that measures a distance: nearer than that, in mm, stands a vehicle.
             */
            occupied_below_mm?: number | null;
            /** @description Of `decoded`: the member that tells the state; dots lead into objects and lists. */
            state?: string | null;
            /** @description Of `decoded`: values of it that mean vacant. */
            vacant?: Record<string, never>[] | null;
            /** @description The only source that may hand on its uplinks; absent: any network server. */
            via?: string | null;
        };
        /** @description A page of devices. */
        Devices: {
            devices: components["schemas"]["Device"][];
            /** @description Where to go on; null: this was the last page. */
            next: string | null;
        };
        /** @description A door that reports come in by. */
        DoorStatus: {
            /**
             * Format: int64
             * @description Reports taken since this process began, one a bay or zone.
             */
            accepted: number;
            /** @description mqtt, http, or feed: what the hub itself asks for. */
            door: string;
            /**
             * Format: date-time
             * @description When it was last seen to take some, to 10 s; null: not since this process began.
             */
            heard_at: string | null;
        };
        /**
         * @description Every zone.
         * @enum {string}
         */
        Everywhere: "all";
        /** @description One of those who speak of a bay. */
        Evidence: {
            /** Format: date-time */
            at?: string | null;
            /**
             * Format: int32
             * @description Of apps: at least so many.
             */
            contributors?: number | null;
            /** @description `sensor`, `gate`, `booking`, `apps` or `usual`; where nobody watches, `gate` is a zone's count. */
            kind: string;
            /**
             * Format: double
             * @description Of the bay being occupied, in nats. That of who watches holds what is usual too.
             */
            log_odds: number;
            /** Format: int32 */
            partners?: number | null;
            /**
             * Format: int32
             * @description Of apps: reports since the evidence began; 255 and more.
             */
            reports?: number | null;
            said?: components["schemas"]["BayState"] | null;
        };
        /** @description How many faults of a kind there are. */
        FaultCount: {
            /** Format: int32 */
            count: number;
            kind: components["schemas"]["FaultKind"];
        };
        /**
         * @description What is wrong with a zone, a bay or a device of the registry.
         * @enum {string}
         */
        FaultKind: "no_place" | "stray_zone" | "stray_part" | "far_bay" | "bay_outside" | "same_place" | "zones_overlap" | "more_bays" | "no_bay";
        /** @description RFC 7946; `properties` are the members of the JSON form. */
        Feature: {
            geometry: Record<string, never>;
            properties: Record<string, never>;
            type: string;
        };
        /** @description RFC 7946, with the JSON answer's other members beside `features`. */
        FeatureCollection: {
            crs?: components["schemas"]["Crs"] | null;
            features: components["schemas"]["Feature"][];
            type: string;
        };
        FeedError: {
            /** Format: date-time */
            at: string;
            /**
             * @description `unreachable`, `tls`, `timeout`, `busy`, `denied`, `gone`, `cut`, `web_page`, `refused` and
             *     others.
             */
            fault: string;
            why: string;
        };
        /** @description How a feed of the configuration does. */
        FeedShown: {
            /**
             * Format: date-time
             * @description When it last told something of use; null: not since the start. That nothing has changed counts
             *     as being heard only.
             */
            answered_at: string | null;
            /**
             * Format: date-time
             * @description null: it does not fail.
             */
            failing_since: string | null;
            /**
             * Format: int32
             * @description By so many hours all its times are ahead or behind: its `time_zone` is wrong.
             */
            hours_off: number | null;
            last_error: components["schemas"]["FeedError"] | null;
            name: string;
            /**
             * Format: date-time
             * @description null: it is pushed only.
             */
            next_poll_at: string | null;
            /**
             * Format: int64
             * @description Places that no zone is made of.
             */
            places_left_out: number;
        };
        /** @description Your first key. */
        FirstKey: components["schemas"]["KeyShown"] & {
            /** @description bh_live_ and 43 characters. Not shown again. */
            key: string;
            state: components["schemas"]["PartnerState"];
        };
        /**
         * @description What a forecast rests on: how full a zone usually is, or that it stays as it is.
         * @enum {string}
         */
        ForecastBasis: "profile" | "persistence";
        /** @description An hour of which nothing can be told, or not all. */
        Gap: {
            /** @description Which file; with the scope `monitor`. */
            detail?: string | null;
            /** Format: date-time */
            hour: string;
            /** @description no_file, damaged or store_away: nothing can be told. reports_lost: of some zones not all. */
            reason: string;
        };
        HealthNote: {
            note: string;
            part: string;
        };
        /** @description A key as its holder sees it. */
        HeldKey: {
            area: components["schemas"]["KeyArea"];
            /**
             * Format: date-time
             * @description null: never.
             */
            expires_at: string | null;
            name: string;
            scopes: components["schemas"]["KeyScope"][];
            source_kind: components["schemas"]["SourceKind"];
            /** @description The sources it may speak for, as ids or prefixes ending in `*`. */
            sources: string[];
            uplinks: boolean;
        };
        /** @description How the hub is, and has been. */
        HubStatus: {
            /**
             * Format: date-time
             * @description When it was looked last; each 10 s.
             */
            at: string | null;
            doors: components["schemas"]["DoorStatus"][];
            /**
             * Format: date
             * @description The first day of which anything is known, at most 90 ago; null: none is.
             */
            known_since: string | null;
            parts: components["schemas"]["PartStatus"][];
            /**
             * Format: date-time
             * @description Since when this process looks.
             */
            since: string | null;
            /** @description Whether all parts are well now. */
            up: boolean;
        };
        /**
         * @description Of which zones a key's sources may speak. A zone is inside if one of `zones` covers it or if its
         *     operator is one of `operators`.
         */
        KeyArea: components["schemas"]["Everywhere"] | components["schemas"]["NamedArea"];
        /** @description A page of keys. */
        KeyList: {
            keys: components["schemas"]["KeyShown"][];
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
        };
        /** @description A new key with its text, this once. */
        KeyMade: components["schemas"]["KeyShown"] & {
            /** @description bh_live_ and 43 characters. Not shown again. */
            key: string;
        };
        /** @description The new key, this once. */
        KeyRotated: components["schemas"]["KeyShown"] & {
            /** @description Not shown again. */
            key: string;
            /**
             * Format: date-time
             * @description Until when the old one is good.
             */
            replaced_until: string;
            /** @description The old one's id. */
            replaces: string;
        };
        /**
         * @description What a key may be used for.
         * @enum {string}
         */
        KeyScope: "report" | "share" | "book" | "monitor" | "admin" | "partner" | "order";
        /** @description A key, without its text. */
        KeyShown: {
            area: components["schemas"]["KeyArea"];
            /**
             * Format: date-time
             * @description null: in the configuration.
             */
            created_at: string | null;
            /**
             * Format: date-time
             * @description null: never.
             */
            expires_at: string | null;
            id: string;
            /**
             * Format: date
             * @description The day, in UTC; null: never, or not known.
             */
            last_used_day: string | null;
            name: string;
            /** @description config: of the hub's configuration, which alone can take it back; store: made while it ran. */
            origin: string;
            partner: string;
            /**
             * Format: date-time
             * @description null: it is not.
             */
            revoked_at: string | null;
            scopes: components["schemas"]["KeyScope"][];
            source_kind: components["schemas"]["SourceKind"];
            sources: string[];
            standing: components["schemas"]["Standing"];
            uplinks: boolean;
        };
        /** @description One loss that an operator accepted. */
        Loss: {
            /** Format: date-time */
            accepted_at: string;
            /**
             * Format: date-time
             * @description Null until somebody has taken note of it; until then `/readyz` tells of it.
             */
            acknowledged_at: string | null;
            /** @description Names what is missing or another's. */
            detail: string;
            id: string;
            /** @description The part of the data folder, as `--accept-loss` names it. */
            what: string;
        };
        /** @description What of the data folder was lost, and that a start went on without. */
        LossList: {
            losses: components["schemas"]["Loss"][];
        };
        /** @description That the bay is another one than at first. */
        Moved: {
            /** Format: date-time */
            at: string;
            /** @description The bay before; null: a place of a pool. */
            from: string | null;
            /** @description taken: that bay was not free in time; room: others fit because of it, or this one is better. */
            reason: string;
        };
        /** @description One name at least, and up to 100 together. */
        NamedArea: {
            /** @description Operators of zones, as the registry names them. */
            operators?: string[] | null;
            /** @description Ids of zones, or prefixes ending in `*`. */
            zones?: string[] | null;
        };
        /** @description One vacant bay. */
        NearBay: {
            accessible: boolean;
            /** @description Whom to name beside it, where a feed says it that asks for that. */
            attribution?: string | null;
            bay: string;
            /** @description Where it is booked. */
            book?: string | null;
            /** @description What the offer's price is in. */
            currency?: string | null;
            /**
             * Format: double
             * @description As the crow flies, one decimal.
             */
            distance_m: number;
            ev_charging: boolean;
            kind: components["schemas"]["BayKind"];
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /**
             * Format: int32
             * @description null: no limit.
             */
            max_height_cm: number | null;
            /**
             * Format: int32
             * @description null: no limit.
             */
            max_stay_min: number | null;
            /**
             * Format: date-time
             * @description null: never.
             */
            observed_at: string | null;
            /** @description Of a private bay: its offer, while that is open; the price and the limits are the offer's. */
            offer?: string | null;
            /**
             * Format: double
             * @description How sure its vacancy is now; null for a bay on offer that nobody watches: its owner says so.
             */
            p_vacant: number | null;
            /**
             * Format: double
             * @description How likely it is still vacant at `arrive_at`; null: nothing is known of it, or that is more than 4
             *     hours ahead.
             */
            p_vacant_on_arrival: number | null;
            /**
             * Format: int32
             * @description null: nobody has said, or it is on offer by the stay or by the month.
             */
            price_cents_per_hour: number | null;
            /**
             * Format: int32
             * @description Of an offer whose price is for a month.
             */
            price_cents_per_month?: number | null;
            /**
             * Format: int32
             * @description Of an offer whose price is for a stay, whatever its length.
             */
            price_cents_per_stay?: number | null;
            source_kind: components["schemas"]["ShownSourceKind"] | null;
            state: components["schemas"]["BayState"];
            zone: string;
            zone_kind: components["schemas"]["ZoneKind"];
            zone_name: string;
        };
        /** @description A car park that counts and has room, or of which a pool is on offer. */
        NearZone: {
            /** @description Whom to name beside it, where a feed says it that asks for that. */
            attribution?: string | null;
            /**
             * Format: int32
             * @description Of so many; null: nobody has said.
             */
            capacity: number | null;
            /**
             * Format: double
             * @description As the crow flies, one decimal.
             */
            distance_m: number;
            kind: components["schemas"]["ZoneKind"];
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /**
             * Format: int32
             * @description null: nobody has said.
             */
            max_height_cm: number | null;
            name: string;
            /**
             * Format: date-time
             * @description null: never.
             */
            observed_at: string | null;
            /**
             * Format: double
             * @description How likely there is room on arrival; null: nothing is forecast of it.
             */
            p_any_vacant: number | null;
            pool?: components["schemas"]["PoolOnOffer"] | null;
            /**
             * Format: int32
             * @description null: nobody has said.
             */
            price_cents_per_hour: number | null;
            /**
             * Format: int32
             * @description Bays of the kind asked for. 0 only where there is a `pool`.
             */
            vacant: number;
            zone: string;
        };
        /** @description Vacant bays, nearest first. */
        Nearby: {
            /** Format: date-time */
            at: string;
            /** @description Unless only zones are wanted. */
            bays?: components["schemas"]["NearBay"][] | null;
            crs?: components["schemas"]["Crs"] | null;
            next_nearest?: components["schemas"]["NextNearest"] | null;
            /**
             * Format: double
             * @description How likely at least one of the bays is vacant at `arrive_at`; null: there is none. Unless only
             *     zones are wanted.
             */
            p_any_vacant?: number | null;
            /** @description Car parks that count and have room for the kind asked for; unless only bays are wanted. */
            zones?: components["schemas"]["NearZone"][] | null;
        };
        /** @description A bay or a car park. */
        NextNearest: {
            bay?: components["schemas"]["NearBay"] | null;
            zone?: components["schemas"]["NearZone"] | null;
        };
        NotReady: {
            part: string;
            reason: string;
        };
        /** @description A bay on offer, or a pool. */
        Offer: {
            /** @description null: it is a pool. */
            bay: string | null;
            /**
             * Format: int32
             * @description Of a pool: how many places of the zone.
             */
            bays?: number | null;
            /**
             * @description For a calendar program, at this host: whoever has this address reads what is booked, without
             *     a key. Keep it secret; `POST /v1/offers/{offer}/calendar` makes another.
             */
            calendar: string;
            /** Format: date-time */
            created_at: string;
            currency: string;
            exceptions: components["schemas"]["Stretch"][];
            id: string;
            notes: string;
            /**
             * Format: int32
             * @description null: it has one of the other two.
             */
            price_cents_per_hour: number | null;
            /**
             * Format: int32
             * @description Where that is its price.
             */
            price_cents_per_month?: number | null;
            /**
             * Format: int32
             * @description Where that is its price.
             */
            price_cents_per_stay?: number | null;
            rules: components["schemas"]["OfferRules"];
            /** @description open, paused, withdrawn. */
            state: string;
            time_zone: string;
            /**
             * Format: int64
             * @description Grows with each change.
             */
            version: number;
            windows: components["schemas"]["Window"][];
            /** @description Of a pool. */
            zone?: string | null;
        };
        /** @description A bay to be put on offer, or a pool: so many places of a zone. */
        OfferAsked: {
            /** @description One of the partner's own. Or `zone` and `bays`. */
            bay?: string | null;
            /**
             * Format: int32
             * @description How many of the zone's; whoever books gets one of them, none by name.
             */
            bays?: number | null;
            /** @description ISO 4217; absent: the hub's own. */
            currency?: string | null;
            /** @description Times when it is not on offer all the same. */
            exceptions?: components["schemas"]["Stretch"][] | null;
            /** @description For the driver: how to find it, how to get in. */
            notes?: string | null;
            /**
             * Format: int32
             * @description One of the three prices is needed, and no more than one. A stay costs by the millisecond, rounded up to
             *     the minor unit at its end.
             */
            price_cents_per_hour?: number | null;
            /**
             * Format: int32
             * @description A stay of whole months by `time_zone` costs so many times this; each day more that has begun its part
             *     of the month that it is of, their sum rounded up.
             */
            price_cents_per_month?: number | null;
            /**
             * Format: int32
             * @description A stay costs this, whatever its length.
             */
            price_cents_per_stay?: number | null;
            rules?: components["schemas"]["OfferRulesAsked"] | null;
            /** @description An IANA name; absent: UTC. */
            time_zone?: string | null;
            /** @description One at least. Those that meet or overlap are one; they are told as they were given. */
            windows: components["schemas"]["Window"][];
            /** @description Where the partner has bays, or whose places are its to offer. */
            zone?: string | null;
        };
        /** @description What is to be different; absent: as it is. */
        OfferChanges: {
            /**
             * Format: int32
             * @description Of a pool only. Who has no place any more where there are fewer gets another bay or the money back.
             */
            bays?: number | null;
            currency?: string | null;
            exceptions?: components["schemas"]["Stretch"][] | null;
            notes?: string | null;
            /**
             * Format: int32
             * @description One of the three prices at most: it takes the place of the one before, also of another kind.
             */
            price_cents_per_hour?: number | null;
            /** Format: int32 */
            price_cents_per_month?: number | null;
            /** Format: int32 */
            price_cents_per_stay?: number | null;
            rules?: components["schemas"]["OfferRulesAsked"] | null;
            /** @description open or paused. */
            state?: string | null;
            time_zone?: string | null;
            windows?: components["schemas"]["Window"][] | null;
        };
        /** @description Limits of a stay; 0: none. */
        OfferRules: {
            /**
             * Format: int32
             * @description How long the bay is left alone after each stay.
             */
            buffer_min: number;
            /**
             * Format: int32
             * @description What it costs later, until the start, per cent of the price; from the start on the whole price is
             *     due.
             */
            cancel_fee_percent: number;
            /**
             * Format: int32
             * @description Giving up a confirmed stay is free until so many minutes before its start.
             */
            cancel_free_min: number;
            /**
             * Format: int32
             * @description Who departs early by the app's word gets back so much of the price of the time that is left, per
             *     cent.
             */
            early_refund_percent: number;
            /** @description Only for vehicles that charge. */
            ev_only: boolean;
            /**
             * Format: int32
             * @description What a `flexible` request pays less, per cent of the price.
             */
            flexible_discount_percent: number;
            /**
             * Format: int32
             * @description How long after its start a driver is waited for, where a sensor watches the bay. Where none does,
             *     the bay is kept to the end unless the driver gives it up.
             */
            grace_min: number;
            /** Format: int32 */
            max_height_cm: number;
            /**
             * Format: int32
             * @description How long after its end a stay is charged for at most; then it is over.
             */
            max_overstay_min: number;
            /** Format: int32 */
            max_stay_min: number;
            /** Format: int32 */
            min_stay_min: number;
            /**
             * Format: int32
             * @description How long before its start a stay must be asked for.
             */
            notice_min: number;
        };
        /** @description The same, each optional. */
        OfferRulesAsked: {
            /** Format: int32 */
            buffer_min?: number | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 100.
             */
            cancel_fee_percent?: number | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 0, free until the start.
             */
            cancel_free_min?: number | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 0.
             */
            early_refund_percent?: number | null;
            ev_only?: boolean | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 5.
             */
            flexible_discount_percent?: number | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 15.
             */
            grace_min?: number | null;
            /** Format: int32 */
            max_height_cm?: number | null;
            /**
             * Format: int32
             * @description Absent when an offer is made: 120.
             */
            max_overstay_min?: number | null;
            /** Format: int32 */
            max_stay_min?: number | null;
            /** Format: int32 */
            min_stay_min?: number | null;
            /** Format: int32 */
            notice_min?: number | null;
        };
        /** @description A page of offers. */
        Offers: {
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            offers: components["schemas"]["Offer"][];
        };
        /** @description How well one does. What fewer than ten would tell is null. */
        OperatorServed: {
            /**
             * Format: int64
             * @description Closed since then, duplicates left out.
             */
            closed: number;
            /**
             * Format: double
             * @description From 1 to 5, in halves.
             */
            mean_rating: number | null;
            /**
             * Format: int64
             * @description The middle of the times from the report to the end, s.
             */
            median_resolve_s: number | null;
            /**
             * Format: double
             * @description Which part of those, and of the late ones, was closed in time.
             */
            on_time: number | null;
            /**
             * Format: int64
             * @description Problems that are open now.
             */
            open: number;
            operator: string;
            /**
             * Format: int64
             * @description Of those, late ones.
             */
            overdue: number;
            /**
             * Format: int64
             * @description How many have rated, in tens.
             */
            ratings: number;
        };
        /** @description How well operators deal with problems. */
        OperatorsService: {
            operators: components["schemas"]["OperatorServed"][];
            /** Format: date-time */
            since: string;
        };
        /** @description An order to be issued. */
        OrderAsked: {
            affects?: components["schemas"]["CityOrderAffects"] | null;
            /** @description What has led to it, for the record. */
            cause?: string | null;
            /**
             * @description Reaches everybody and closes nothing.
             * @default false
             */
            exercise: boolean | null;
            /**
             * Format: date-time
             * @description Now, if it is not said. A start up to ten minutes past is now.
             */
            from?: string | null;
            /** @description What to do, likewise. */
            instruction?: {
                [key: string]: string;
            } | null;
            kind: components["schemas"]["CityOrderKind"];
            /** @description Why, by language: `{"zh": "...", "en": "..."}`. A text alone is English. */
            reason?: {
                [key: string]: string;
            } | null;
            severity?: components["schemas"]["CityOrderSeverity"] | null;
            target: components["schemas"]["OrderTargetShown"];
            /**
             * Format: date-time
             * @description Until it is ended, if it is not said or null.
             */
            to?: string | null;
        };
        /** @description What is to be another; what is not said stays. */
        OrderChanged: {
            affects?: components["schemas"]["CityOrderAffects"] | null;
            cause?: string | null;
            /**
             * Format: date-time
             * @description Only before it has begun.
             */
            from?: string | null;
            instruction?: {
                [key: string]: string;
            } | null;
            kind?: components["schemas"]["CityOrderKind"] | null;
            reason?: {
                [key: string]: string;
            } | null;
            severity?: components["schemas"]["CityOrderSeverity"] | null;
            target?: components["schemas"]["OrderTargetShown"] | null;
            /**
             * Format: date-time
             * @description null: until it is ended.
             */
            to?: string | null;
        };
        OrderCloses: {
            /**
             * Format: int32
             * @description In all, those of the zones among them.
             */
            bays: number;
            /**
             * Format: int32
             * @description As a whole.
             */
            zones: number;
        };
        /** @description What it is about: exactly one of the members. */
        OrderTargetShown: {
            bays?: string[];
            /** @description A GeoJSON `Polygon` or `MultiPolygon` in WGS 84, of 1,000 corners at most. */
            polygon?: Record<string, never>;
            /** @description Ids of zones; their areas and floors are meant too. */
            zones?: string[];
        };
        /** @description A key of your own to be made. */
        OwnKeyAsked: {
            area?: components["schemas"]["KeyArea"] | null;
            /**
             * Format: date-time
             * @description When it ends; absent: when it is revoked.
             */
            expires_at?: string | null;
            /**
             * @description `[A-Za-z0-9._:-]`; your partner's name and a colon are put before it. One key has it, for as long
             *     as that is listed.
             */
            name: string;
            /** @description A key of the sandbox, a simulated city to try things out; absent: false. */
            sandbox?: boolean | null;
            /** @description One at least, of those granted. */
            scopes: components["schemas"]["KeyScope"][];
            source_kind?: components["schemas"]["SourceKind"] | null;
            /** @description The sources it may speak for; absent: those granted. */
            sources?: string[] | null;
            uplinks?: boolean | null;
        };
        /** @description One of a partner's own bays. */
        OwnedBay: {
            bay: string;
            booked_next: components["schemas"]["BriefBooking"] | null;
            booked_now: components["schemas"]["BriefBooking"] | null;
            /** @description car, motorcycle, heavy, bicycle. */
            kind: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /**
             * Format: date-time
             * @description Null: nobody has ever reported it.
             */
            observed_at: string | null;
            offer: components["schemas"]["OwnedBayOffer"] | null;
            /** @description sensor, app, gate, booking; null like `observed_at`. */
            source_kind: string | null;
            /** @description vacant, occupied, unknown, closed: what is seen there, whoever has booked it. */
            state: string;
            zone: string;
            /** @description on_street, off_street, private. */
            zone_kind: string;
            zone_name: string;
        };
        OwnedBayOffer: {
            id: string;
            /** @description open, paused. */
            state: string;
        };
        /** @description A page of a partner's own bays. */
        OwnedBays: {
            /** Format: date-time */
            at: string;
            bays: components["schemas"]["OwnedBay"][];
            crs?: components["schemas"]["Crs"] | null;
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            partner: string;
        };
        /** @description A booking as the bay's owner sees it. */
        OwnedBooking: {
            /** Format: date-time */
            arrived_at: string | null;
            /** @description Null: a place of a pool. */
            bay: string | null;
            /** Format: date-time */
            created_at: string;
            currency: string;
            /** Format: date-time */
            departed_at: string | null;
            /** Format: date-time */
            end: string;
            /**
             * Format: date-time
             * @description Only while held.
             */
            expires_at: string | null;
            id: string;
            /** @description null, like the money: it stands on the offer of who had the bay before. */
            offer: string | null;
            /**
             * Format: int64
             * @description What the owner is owed by now.
             */
            owed_cents: number | null;
            /** Format: int64 */
            price_cents: number | null;
            /** Format: date-time */
            start: string;
            /** @description held, confirmed, active, completed, cancelled, expired, no_show. */
            state: string;
            /** @description Null: the registry has no such bay any more. */
            zone: string | null;
        };
        /** @description A page of bookings at a partner's own bays, by start. */
        OwnedBookings: {
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            reservations: components["schemas"]["OwnedBooking"][];
        };
        /** @description A part of the hub. */
        PartStatus: {
            /** @description The days of which something is known, the oldest first. */
            days: components["schemas"]["DayStatus"][];
            part: string;
            up: boolean;
        };
        /** @description An organisation that may hold keys. */
        Partner: {
            /** @description null: nobody has said. */
            contact: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Whether what an operator of its name has is its own. Not so of who has signed up, until you say so. */
            linked: boolean;
            /** @description What the keys that it makes by itself may be good for. */
            may_grant: components["schemas"]["PartnerGranted"];
            name: string;
            state: components["schemas"]["PartnerState"];
        };
        /** @description What is to change of a partner; what is left out stays. One at least. */
        PartnerChanged: {
            grants?: components["schemas"]["PartnerGranted"] | null;
            linked?: boolean | null;
            state?: components["schemas"]["PartnerState"] | null;
        };
        /**
         * @description What the keys that a partner makes by itself may be good for. What is left out is as usual: reports of
         *     apps, for sources that begin with its name and a colon, offers, bookings, everywhere.
         */
        PartnerGranted: {
            area?: components["schemas"]["KeyArea"] | null;
            /** @description All but admin. */
            scopes?: components["schemas"]["KeyScope"][] | null;
            source_kinds?: components["schemas"]["SourceKind"][] | null;
            /** @description Ids, or prefixes ending in `*`. */
            sources?: string[] | null;
            standing?: components["schemas"]["Standing"] | null;
            uplinks?: boolean | null;
        };
        /** @description A page of partners, and those who want to be one. */
        PartnerList: {
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            partners: components["schemas"]["Partner"][];
            /** @description On the first page: as many as `limit`, those that wait for a decision first. */
            signups: components["schemas"]["Signup"][];
        };
        /** @description Who the key is of. */
        PartnerMe: {
            /** @description How strangers become partners here. */
            admission: components["schemas"]["AdmissionRule"];
            /**
             * @description Your credit has fallen so low that reports of your apps weigh as if they were made with confidence
             *     0.5: see `/v1/partners/me/credit`.
             */
            doubted: boolean;
            /** @description The key of this call. */
            key: components["schemas"]["HeldKey"];
            /** @description Whether what an operator of your name has is your own; an administrator says so. */
            linked: boolean;
            /** @description What the keys that you make by yourself may be good for. */
            may_grant: components["schemas"]["PartnerGranted"];
            name: string;
            state: components["schemas"]["PartnerState"];
        };
        /** @description A partner as it is now. */
        PartnerNow: components["schemas"]["Partner"] & {
            /** @description Its keys of the configuration, which is alone to take them back, by name. */
            keys_of_configuration: string[];
        };
        /**
         * @description Whether a partner's keys are good.
         * @enum {string}
         */
        PartnerState: "admitted" | "suspended";
        /** @description Places of a zone that can be booked: a pool on offer. Which bay it is then is whichever is free. */
        PoolOnOffer: {
            /**
             * Format: int32
             * @description How many there are.
             */
            bays: number;
            /** @description Where it is booked, with the zone's place for a place. */
            book: string;
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: int32
             * @description Of those, had by nobody now or soon.
             */
            free: number;
            /** @description Its id. */
            offer: string;
            /**
             * Format: int32
             * @description One of the three.
             */
            price_cents_per_hour?: number | null;
            /** Format: int32 */
            price_cents_per_month?: number | null;
            /** Format: int32 */
            price_cents_per_stay?: number | null;
            /**
             * Format: date-time
             * @description When it closes.
             */
            until: string;
        };
        /** @description RFC 9457. */
        Problem: {
            detail: string;
            /** @description Every fault of a registry change. */
            errors?: string[] | null;
            /** @description The parameter at fault. */
            field?: string | null;
            /**
             * Format: int64
             * @description How much of it the caller may have.
             */
            limit?: number | null;
            /** @description Why a report was refused as a whole, or a request for a bay got none. */
            reason?: string | null;
            /** @description What the caller has used up its part of, by its name in docs/limits.md: `holds`, `streams`. */
            share?: string | null;
            /** Format: int32 */
            status: number;
            title: string;
            /** @description `/problems/<slug>`; stable. */
            type: string;
            /**
             * Format: int64
             * @description How much of it the caller has.
             */
            used?: number | null;
        };
        /**
         * @description What a problem is of: the service codes of Open311.
         * @enum {string}
         */
        ProblemCode: "bay-blocked" | "sensor-wrong" | "ev-charger-dead" | "accessible-misuse" | "sign-missing" | "surface" | "price-wrong" | "shared-bay-taken";
        /** @description A problem with all that belongs to it. */
        ProblemDetail: {
            /** @description What was said of it, the last hundred. */
            history: components["schemas"]["ProblemNotice"][];
            problem: components["schemas"]["ProblemShown"];
            /** @description The first twenty of those who reported it; empty for who is not responsible for it. */
            reports: components["schemas"]["ProblemReport"][];
        };
        /** @description A page of problems. */
        ProblemList: {
            /** Format: date-time */
            at: string;
            next: string | null;
            problems: components["schemas"]["ProblemShown"][];
        };
        ProblemNotice: {
            /** Format: date-time */
            at: string;
            /** @description The partner whose key said it. */
            by: string | null;
            notice: string | null;
            state: components["schemas"]["ProblemState"];
        };
        /** @description What one person said. Contact, plate and words are gone 30 days after the end. */
        ProblemReport: {
            /** Format: date-time */
            at: string;
            description: string;
            email: string | null;
            phone: string | null;
            plate: string | null;
            /**
             * Format: int32
             * @description From 1 to 5.
             */
            rating: number | null;
        };
        /** @description What is said of a problem: a state, a notice, or both. */
        ProblemSays: {
            /** @description With `duplicate`: the id of the other. */
            duplicate_of?: string | null;
            /** @description At most 500 characters, without HTML: everybody reads it. */
            notice?: string | null;
            state?: components["schemas"]["ProblemState"] | null;
        };
        /** @description A problem as those see it who deal with it. */
        ProblemShown: {
            address: string | null;
            bay: string | null;
            /** Format: date-time */
            changed_at: string;
            /** Format: date-time */
            closed_at: string | null;
            code: components["schemas"]["ProblemCode"];
            description: string;
            duplicate_of: string | null;
            /** Format: date-time */
            expected_at: string;
            id: string;
            /** Format: double */
            lat: number | null;
            /** Format: double */
            lon: number | null;
            media_url: string | null;
            /** @description What was said of it last. */
            notice: string | null;
            /** @description Whoever is responsible. */
            operator: string;
            /** @description It was not dealt with in time. */
            overdue: boolean;
            /** Format: date-time */
            reported_at: string;
            state: components["schemas"]["ProblemState"];
            /**
             * Format: int64
             * @description How often it was reported.
             */
            votes: number;
            zone: string | null;
        };
        /**
         * @description How far a problem has come.
         * @enum {string}
         */
        ProblemState: "open" | "acknowledged" | "in_progress" | "resolved" | "rejected" | "duplicate";
        /** @description How good the data of one operator or partner were. */
        QualityMonth: {
            /**
             * Format: int64
             * @description Reports that came and were taken; null: of an operator that is not known.
             */
            accepted: number | null;
            /**
             * Format: double
             * @description The share of those that were heard within the last 24 hours.
             */
            connected: number | null;
            /**
             * Format: double
             * @description The share of these that spoke of a time five minutes or more before they came.
             */
            late: number | null;
            /**
             * Format: double
             * @description On average an operator's car parks and streets, or a partner's sensors and gates; null: no
             *     look was taken.
             */
            members: number | null;
            name: string;
            /**
             * Format: double
             * @description Of connected ones, the share of places of which something was known, or of sources that were
             *     not silent.
             */
            online: number | null;
            /**
             * Format: double
             * @description The share of all reports that was turned away.
             */
            refused: number | null;
            /**
             * Format: int64
             * @description Looks that were taken at it, one every five minutes while the hub ran.
             */
            samples: number;
        };
        /** @description A month of operators, or of partners. */
        QualityTold: {
            /** Format: date-time */
            at: string;
            /** @description `operator` or `partner`. */
            by: string;
            month: string;
            /** @description By name; nobody of whom nothing is known. */
            rows: components["schemas"]["QualityMonth"][];
            /** @description By whose clock the month begins and ends: an IANA name. */
            time_zone: string;
        };
        /** @description What was refused, newest first. */
        Quarantined: {
            /**
             * Format: int64
             * @description For `before`; null: this was the last page.
             */
            next: number | null;
            refused: components["schemas"]["QuarantinedRefusal"][];
        };
        /** @description One refusal. */
        QuarantinedRefusal: {
            /** Format: date-time */
            at: string;
            detail: string;
            /** @description mqtt or http. */
            door: string;
            /** @description How `payload` is written: utf8 or hex. */
            encoding: string;
            /** Format: int64 */
            id: number;
            /** Format: int32 */
            index: number | null;
            /** @description Who holds the key it came by; null: nobody, or it is older than this member. */
            partner: string | null;
            /** @description The start of what was sent. */
            payload: string;
            reason: components["schemas"]["Reason"];
            source: string;
            topic: string;
        };
        /** @description How somebody thinks that it was dealt with. */
        RatingGiven: {
            /** Format: int32 */
            rating: number;
            /** @description `rating_token` of the report. */
            token: string;
        };
        Ready: {
            /** @description What an operator should know, though it does not stand in the way. */
            notes?: components["schemas"]["HealthNote"][];
            ready: boolean;
            reasons?: components["schemas"]["NotReady"][];
        };
        /** @enum {string} */
        Reason: "malformed" | "unknown_bay" | "unknown_zone" | "unknown_source" | "unknown_device" | "forbidden" | "out_of_area" | "too_far_in_future" | "too_old" | "too_large" | "retained_without_time";
        /** @description One thing that is wrong with a zone, a bay or a device. */
        RegistryFault: {
            /** @description Null: it is the zone itself. */
            bay: string | null;
            kind: components["schemas"]["FaultKind"];
            /**
             * Format: double
             * @description Where it is, WGS 84; null: it is nowhere.
             */
            lat: number | null;
            /** Format: double */
            lon: number | null;
            /** @description What is wrong, in words, without the names. */
            message: string;
            /** @description Null: the bay that a device watches is not there, so its zone is not known. */
            zone: string | null;
        };
        /** @description What is wrong with the registry as it is now. */
        RegistryFaults: {
            /** @description How many there are of each kind, also of kinds that were not asked for. */
            counts: components["schemas"]["FaultCount"][];
            /** @description By kind, zone and bay; of each kind 200 at most. */
            faults: components["schemas"]["RegistryFault"][];
        };
        /** @description What is told again. */
        Replayed: {
            /**
             * Format: int64
             * @description So many facts, in their order, each under its own id.
             */
            queued: number;
        };
        /** @description One of the standard's refusals. */
        ReportError: {
            /**
             * Format: int32
             * @description As the status.
             */
            code: number;
            description: string;
        };
        /** @description Attributes of the service. */
        ReportedAttributes: {
            /** @description A bay's id. */
            bay?: string | null;
            /** @description Told to who is responsible only. */
            plate?: string | null;
            /** @description Of `shared-bay-taken`: the id of a reservation of your own. */
            reservation?: string | null;
            /** @description Of `sensor-wrong`: `vacant` or `occupied`. */
            seen?: string | null;
            /** @description A zone's id. */
            zone?: string | null;
        };
        /** @description A report, as a form. */
        ReportedForm: {
            address_id?: string | null;
            address_string?: string | null;
            api_key?: string | null;
            /** @description A bay's id. */
            "attribute[bay]"?: string | null;
            "attribute[plate]"?: string | null;
            "attribute[reservation]"?: string | null;
            "attribute[seen]"?: string | null;
            /** @description A zone's id. */
            "attribute[zone]"?: string | null;
            description?: string | null;
            email?: string | null;
            jurisdiction_id?: string | null;
            /** Format: double */
            lat?: number | null;
            /** Format: double */
            long?: number | null;
            media_url?: string | null;
            phone?: string | null;
            service_code: string;
        };
        /** @description A report, as JSON; members that are not named here are not looked at. */
        ReportedJson: {
            /** @description The id of a bay or zone. */
            address_id?: string | null;
            /** @description A place in words: told to everybody. */
            address_string?: string | null;
            /** @description A key, where it is not in `Authorization`. */
            api_key?: string | null;
            attribute?: components["schemas"]["ReportedAttributes"] | null;
            /**
             * @description At most 4,000 characters, without HTML. Told to everybody, but for addresses and telephone numbers
             *     of people.
             */
            description?: string | null;
            /** @description Told to who is responsible only, and gone 30 days after the end. */
            email?: string | null;
            /** @description Taken, and makes no difference. */
            jurisdiction_id?: string | null;
            /**
             * Format: double
             * @description WGS 84; with `long`, or else an address or a bay.
             */
            lat?: number | null;
            /** Format: double */
            long?: number | null;
            /** @description A photo's address: told to everybody, and fetched by nobody here. */
            media_url?: string | null;
            /** @description As `email`. */
            phone?: string | null;
            service_code: string;
        };
        /** @description What the standard has no member for. */
        RequestExtended: {
            bay: string | null;
            overdue: boolean;
            /** @description `open`, `acknowledged`, `in_progress`, `resolved`, `rejected` or `duplicate` */
            state: string;
            /**
             * Format: int32
             * @description How often it was reported.
             */
            votes: number;
            zone: string | null;
        };
        /** @description A report that was taken. */
        RequestTaken: {
            account_id: string | null;
            /**
             * @description What how it was dealt with may be rated with, once, at `/v1/problems/{problem}/rating`: shown this
             *     once, also in the header `Rating-Token`. null: not by you.
             */
            rating_token: string | null;
            /** @description Who deals with it, and by when. */
            service_notice: string;
            service_request_id: string;
            /**
             * Format: int32
             * @description How often it was reported so far.
             */
            votes: number;
        };
        /** @description A booking of one bay, or of one place of a pool. */
        Reservation: {
            /** Format: date-time */
            arrived_at: string | null;
            /**
             * @description Why the driver may not get the bay: taken, overstay, closed, gone, silent (nobody watches it, and
             *     the app has not said that the driver is there: say `arrive`, or give it up); null: nothing speaks
             *     for it.
             */
            at_risk: string | null;
            /** @description null: a place of the zone, whichever is free; the zone's place is told. */
            bay: string | null;
            /**
             * Format: int64
             * @description What giving it up costs from then until its start; from its start on, `price_cents`.
             */
            cancel_fee_cents: number;
            /**
             * Format: date-time
             * @description Until when giving it up is free; at that time it is not any more.
             */
            cancel_free_until: string;
            crs?: components["schemas"]["Crs"] | null;
            currency: string;
            /** Format: date-time */
            departed_at: string | null;
            /** Format: date-time */
            end: string;
            /**
             * Format: date-time
             * @description A hold that is not confirmed before then is none; null: it is no hold.
             */
            expires_at: string | null;
            /** @description Whether it may be moved so that others fit. */
            flexible: boolean;
            id: string;
            /** Format: double */
            lat: number | null;
            /** Format: double */
            lon: number | null;
            moved: components["schemas"]["Moved"] | null;
            /**
             * Format: int64
             * @description What is owed for it by now; below `price_cents` where some was given back, above where the stay
             *     runs over: it grows with each event `overstay`.
             */
            owed_cents: number;
            /** Format: int64 */
            price_cents: number;
            /** @description The season that it is one time of, if it is. */
            season?: string | null;
            /** Format: date-time */
            start: string;
            /** @description held, confirmed, active, completed, cancelled, expired, no_show. */
            state: string;
            /** Format: int32 */
            walk_m: number;
            /** @description null, like the place: the registry does not have the bay any more. */
            zone: string | null;
        };
        /** @description A page of your own. */
        Reservations: {
            /** @description Of the next page; null: this is the last. */
            next: string | null;
            reservations: components["schemas"]["Reservation"][];
        };
        /** @description How a key is to be changed for a new one. */
        RotationAsked: {
            /**
             * Format: int32
             * @description How long the old one is good still, s.
             * @default 86400
             */
            overlap_s: number | null;
        };
        /** @description The secret to come. */
        SecretAsked: {
            /** @description true: also while the secret before the one that signs does so too, which then ends at once. */
            now?: boolean | null;
            /** @description `whsec_` and base64 of 24 to 64 bytes; absent: the hub makes one. */
            secret?: string | null;
        };
        /** @description Another secret, this once. */
        SecretMade: {
            /**
             * Format: date-time
             * @description The one before signs too until then: a day.
             */
            old_secret_until: string;
            secret: string;
        };
        /** @description A report as everybody may read it. */
        ServiceRequest: {
            address: string | null;
            /** @description The id of the bay, or else of the zone. */
            address_id: string | null;
            agency_responsible: string;
            description: string;
            /**
             * Format: date-time
             * @description By when it is to be dealt with.
             */
            expected_datetime: string;
            extended_attributes: components["schemas"]["RequestExtended"];
            /** Format: double */
            lat: number | null;
            /** Format: double */
            long: number | null;
            media_url: string | null;
            /** Format: date-time */
            requested_datetime: string;
            service_code: string;
            service_name: string;
            service_notice: string | null;
            service_request_id: string;
            /** @description `open` or `closed` */
            status: string;
            /** @description The operator's last word on it. */
            status_notes: string | null;
            /** Format: date-time */
            updated_datetime: string;
            /** @description Always null. */
            zipcode: string | null;
        };
        /** @description What a partner's bays have brought, or its drivers owe, in a month. */
        Settlement: {
            month: string;
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            partner: string;
            /** @description owner: of the bays; driver: of the apps that booked them. */
            role: string;
            rows: components["schemas"]["SettlementRow"][];
            /** @description Of the whole month. */
            totals: components["schemas"]["SettlementTotal"][];
            /** @description By which clock the month is; null: each row by its offer's own. */
            tz: string | null;
        };
        /** @description A line of the ledger. */
        SettlementRow: {
            /**
             * Format: int64
             * @description What the driver owes the owner more from then on; below 0: less.
             */
            amount_cents: number;
            /** Format: date-time */
            at: string;
            /** @description null: a place of a pool. */
            bay: string | null;
            /** @description driver, sensor, clock, hub, owner, authority. */
            cause: string;
            currency: string;
            /**
             * Format: date
             * @description By that offer's own clock.
             */
            date: string;
            /**
             * @description The state it came to, or moved: what was given back for the bay before, and what is owed for the
             *     other, are two rows.
             */
            event: string;
            /** @description The offer that it is owed for. */
            offer: string;
            reservation: string;
        };
        SettlementTotal: {
            /** Format: int64 */
            amount_cents: number;
            currency: string;
            /** Format: int64 */
            rows: number;
        };
        /**
         * @description Who has said it; `booking`: the hub, for who has booked the bay.
         * @enum {string}
         */
        ShownSourceKind: "sensor" | "app" | "gate" | "booking";
        /**
         * @description As it is for who looks for a bay: `reserved` is one that stands empty for who has booked it.
         * @enum {string}
         */
        ShownState: "unknown" | "vacant" | "occupied" | "closed" | "reserved";
        /** @description Who wants to be a partner. */
        Signup: {
            /**
             * Format: date-time
             * @description When the address was proven; null: not yet.
             */
            confirmed_at: string | null;
            contact: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When it is forgotten.
             */
            expires_at: string;
            id: string;
            /** @description What the name could be taken for, so that the hub admits nobody of it by itself; null: nothing. */
            like: string | null;
            /** @description What it calls itself. */
            name: string;
            /** @description The partner that it was admitted as; null: none yet. */
            partner: string | null;
            state: components["schemas"]["SignupState"];
            /**
             * @description The one-time secret that proves the address and fetches the key, where nobody has sent it: pass it on
             *     to `contact`, and to nobody else. null: it was sent, or there is none.
             */
            token: string | null;
            /** @description In its own words; not from anybody you know. */
            wants: string;
        };
        /** @description Who you are and what you want. */
        SignupAsked: {
            /** @description The address of a mailbox that you read. */
            contact: string;
            /** @description 3 to 40 of a-z, 0-9 and single hyphens, beginning with a letter; it is part of the ids of your sources. */
            name: string;
            /** @description What you are up to, in a line; administrators read it. */
            wants?: string | null;
        };
        /** @description A decision. */
        SignupDecided: {
            grants?: components["schemas"]["PartnerGranted"] | null;
            /**
             * @description Whom it speaks for: a partner that is there, or a new one. It owns what an operator of that very name
             *     has. Absent: what it calls itself, and it owns nothing by that name.
             */
            partner?: string | null;
            state: components["schemas"]["Verdict"];
        };
        /**
         * @description How far a sign-up has come.
         * @enum {string}
         */
        SignupState: "asked" | "confirmed" | "admitted" | "refused";
        /** @description How far it has come. */
        SignupTold: {
            /** @description Why the hub does not admit you by itself where it admits others; null: it admits nobody. */
            because: string | null;
            /**
             * Format: date-time
             * @description Until when the token is good; null: there is none.
             */
            expires_at: string | null;
            name: string;
            state: components["schemas"]["SignupState"];
        };
        /** @description Some bays of a zone: as they are counted, else as its own bays are. */
        SomeBays: {
            /** Format: int32 */
            capacity: number;
            /**
             * Format: int32
             * @description Those that may be had.
             */
            vacant: number;
        };
        /**
         * @description suspect: see `suspect`. unheard: not since the hub was started. silent: for longer than the
         *     hub's usual limit. good: none of these.
         * @enum {string}
         */
        SourceHealth: "good" | "suspect" | "silent" | "unheard";
        /** @enum {string} */
        SourceKind: "sensor" | "app" | "gate";
        /** @description How one source does. */
        SourceShown: {
            /** Format: int64 */
            accepted: number;
            /**
             * Format: int32
             * @description On how many it has the word: of a sensor or gate also where that has lapsed.
             */
            bays: number;
            /**
             * Format: int64
             * @description Counts with a number that cannot be: taken as what is nearest.
             */
            counts_clamped: number;
            /**
             * Format: int64
             * @description Counts that name another capacity than the registry has; theirs is told.
             */
            counts_of_other_capacity: number;
            feed?: components["schemas"]["FeedShown"] | null;
            health: components["schemas"]["SourceHealth"];
            /**
             * Format: date-time
             * @description When anything of it last came in; null: not since `since`.
             */
            heard_at: string | null;
            kind: components["schemas"]["ShownSourceKind"];
            /**
             * Format: double
             * @description From its newest observation to when it was last heard.
             */
            lag_s: number | null;
            /**
             * Format: date-time
             * @description The newest time of observation it has claimed.
             */
            observed_at: string | null;
            /** @description What it last said of itself (birth or last will); null: nothing. */
            online: boolean | null;
            /** @description Whose key the newest came by that was accepted; null: nothing was since `since`. */
            partner: string | null;
            /** @description Reports or parts of reports that were refused, by reason. */
            refused: {
                [key: string]: number;
            };
            /** Format: double */
            silent_s: number | null;
            source: string;
            /** @description Being dead first, then by bay, at most 20 bays. */
            suspect: components["schemas"]["SuspectShown"][];
            /**
             * Format: int32
             * @description How many there are in all.
             */
            suspect_total: number;
        };
        /** @description A page of sources. */
        Sources: {
            /** Format: date-time */
            at: string;
            /** @description Where to go on; null: this was the last page. */
            next: string | null;
            /**
             * Format: date-time
             * @description When counting began.
             */
            since: string;
            sources: components["schemas"]["SourceShown"][];
        };
        /**
         * @description How far what a key's apps say is trusted; for sensors and gates it has no effect.
         * @enum {string}
         */
        Standing: "trusted" | "unproven";
        /** @description Half-open: `end` is not in it. */
        Stretch: {
            end: string;
            /**
             * @description RFC 3339; or without an offset, by the wall clock of `time_zone`, where that time exists
             *     exactly once.
             */
            start: string;
        };
        /** @description What a source is suspected of, and why. */
        SuspectShown: {
            /** @description null: it is dead. */
            bay: string | null;
            reason: components["schemas"]["Suspicion"];
            /**
             * Format: date-time
             * @description When it was found, again after a start of the hub; of one that is dead when it was last heard.
             */
            since: string;
            /** @description Phrases for people. */
            why: string[];
        };
        /**
         * @description What a source is suspected of.
         * @enum {string}
         */
        Suspicion: "stuck" | "flickering" | "dead" | "reported";
        /** @description A one-time token. */
        TokenGiven: {
            /** @description bh_link_ and 43 characters. */
            token: string;
        };
        /** @description How well a device is, as it last told itself or its network server did; null: not told. */
        ToldHealth: {
            /** @description Whether it should be changed soon: the device says so, or 15 % or less are left. */
            battery_low: boolean | null;
            /**
             * Format: int32
             * @description Of full charge, %.
             */
            battery_percent: number | null;
            /**
             * Format: double
             * @description V.
             */
            battery_v: number | null;
            /**
             * Format: date-time
             * @description When its last uplink came in, whatever it said.
             */
            heard_at: string;
            /**
             * Format: int32
             * @description Of the gateway that heard it best, or of its modem, dBm.
             */
            rssi_dbm: number | null;
            /**
             * Format: double
             * @description Of that gateway, dB.
             */
            snr_db: number | null;
            /**
             * Format: double
             * @description At the sensor, degrees Celsius.
             */
            temperature_c: number | null;
        };
        /** @description A page of turnover. */
        TurnoverPage: {
            /** @description Hours of which nothing can be told, or not all. */
            gaps: components["schemas"]["Gap"][];
            interval: string;
            /** @description Where to go on; null: this was the last page. */
            next: string | null;
            rows: components["schemas"]["TurnoverRow"][];
            /**
             * Format: date-time
             * @description Everything before this is settled: nothing is said of what comes after; null: nothing yet.
             */
            settled_to: string | null;
        };
        /** @description What one zone did in one interval. null: there is nothing to say, or it is suppressed. */
        TurnoverRow: {
            /**
             * Format: double
             * @description Share of the five minutes at whose start more than 85 % of the known bays were occupied.
             */
            above_85_fraction: number | null;
            /** @description count: of counts of the whole zone, which see no stays, so that all figures of visits are null. */
            basis: components["schemas"]["Basis"];
            /**
             * Format: double
             * @description Visits by hours, of the whole zone: what CDS calls turnover.
             */
            cds_turnover: number | null;
            /**
             * Format: int64
             * @description Ended, with one end unseen.
             */
            censored_stays: number | null;
            /** @description false: part of it is not settled yet, or missing, or reports of it came too late or were shed. */
            complete: boolean;
            /**
             * Format: double
             * @description Known share of the time in service.
             */
            coverage: number | null;
            /** Format: date-time */
            from: string;
            /**
             * Format: double
             * @description Share of the five minutes at whose start no known bay was vacant.
             */
            full_fraction: number | null;
            /** Format: double */
            mean_stay_s: number | null;
            /**
             * Format: double
             * @description Right to 2 %.
             */
            median_stay_s: number | null;
            /**
             * Format: double
             * @description Occupied share of the time that is known.
             */
            occupancy: number | null;
            /**
             * Format: double
             * @description Right to 2 %.
             */
            p85_stay_s: number | null;
            /**
             * Format: int64
             * @description Too short to be visits.
             */
            short_stays: number | null;
            /** @description So few visits would speak of single people. */
            suppressed: boolean;
            /** Format: date-time */
            to: string;
            /**
             * Format: double
             * @description Visits by in-service bay-hours.
             */
            turnover_per_bay_hour: number | null;
            /**
             * Format: int64
             * @description Seen to start.
             */
            visits: number | null;
            /**
             * Format: int64
             * @description Ended, with both ends seen: what the stays are of.
             */
            visits_ended: number | null;
            zone: string;
        };
        /**
         * @description What one key, or one partner, made of the hub in one hour or day. Where nothing was counted there
         *     is no row.
         */
        UsagePeriod: {
            /** @description By class: read, search, write, book, uplink, admin. */
            calls: {
                [key: string]: components["schemas"]["ClassUsage"];
            };
            /** Format: date-time */
            from: string;
            /**
             * @description The key's id, `others` for those beyond the first hundred of the hour, `webhooks` for what the
             *     partner's endpoints were told; null: all of the partner's.
             */
            key: string | null;
            /**
             * Format: int64
             * @description That came, taken or not.
             */
            mqtt_messages: number;
            name: string | null;
            partner: string;
            /**
             * Format: int64
             * @description That passed the gate, signs of life included.
             */
            reports_accepted: number;
            /**
             * Format: int64
             * @description Of these, such as spoke of a time five minutes or more before they came.
             */
            reports_late: number;
            /** @description By reason. */
            reports_refused: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Sent with QoS 0 and dropped by the hub for lack of room, though they passed the gate or were refused.
             */
            reports_shed: number;
            /**
             * Format: double
             * @description For how long streams were held, s.
             */
            stream_seconds: number;
            /**
             * Format: int64
             * @description Live streams that were opened.
             */
            streams_opened: number;
            /** Format: date-time */
            to: string;
            /**
             * Format: int64
             * @description Messages to endpoints that were taken; counted for `webhooks`, which is no key.
             */
            webhooks_delivered: number;
            /**
             * Format: int64
             * @description Attempts that were not.
             */
            webhooks_failed: number;
        };
        /** @description A page of usage, by time and then by key. */
        UsageTold: {
            /** Format: date-time */
            at: string;
            /** @description `1h` or `1d`. */
            interval: string;
            /** @description For `cursor`; null: this was the last page. */
            next: string | null;
            rows: components["schemas"]["UsagePeriod"][];
        };
        /** @description How an offer was used, day by day of its own wall clock. */
        Utilisation: {
            currency: string;
            days: components["schemas"]["UtilisationDay"][];
            offer: string;
            time_zone: string;
        };
        UtilisationDay: {
            /**
             * Format: int64
             * @description Booked from now on.
             */
            booked_ahead_s: number;
            /** Format: int64 */
            booked_s: number;
            /** Format: int32 */
            bookings: number;
            /** Format: date */
            date: string;
            /**
             * Format: int64
             * @description From when the offer was made up to now, as the next two: by the windows as they are now, and
             *     what was booked besides.
             */
            offered_s: number;
            /** Format: int64 */
            revenue_cents: number;
            /** Format: int64 */
            used_s: number;
            /**
             * Format: double
             * @description Used of offered; null: nothing was offered.
             */
            utilisation: number | null;
        };
        /** @description What needs a bay. */
        VehicleAsked: {
            /** @description Needs an accessible bay. */
            accessible?: boolean | null;
            /** @description Wants to charge. */
            ev?: boolean | null;
            /** Format: int32 */
            height_cm?: number | null;
            kind?: components["schemas"]["BayKind"] | null;
        };
        /**
         * @description What you say of a sign-up.
         * @enum {string}
         */
        Verdict: "admitted" | "refused";
        /** @description An endpoint. */
        Webhook: {
            bbox?: number[] | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description null: it is enabled.
             */
            disabled_at: string | null;
            /** @description null: it is enabled. */
            disabled_reason: string | null;
            events: string[];
            id: string;
            /**
             * Format: date-time
             * @description Until when the secret before the last rotation signs too; null: none does.
             */
            old_secret_until: string | null;
            /** @description enabled; disabled: it is told nothing, `disabled_reason` says why. */
            state: string;
            /** Format: int32 */
            threshold: number;
            url: string;
            /** @description Absent: all, or those in `bbox`. */
            zones?: string[] | null;
        };
        /** @description An endpoint to be made. */
        WebhookAsked: {
            /** @description Of the zones in a box: west, south, east, north, WGS 84 degrees. Not together with `zones`. */
            bbox?: number[] | null;
            /**
             * @description Types, or families such as `zone.*`: zone.full, zone.available, zone.stale, zone.changed (any
             *     key); reservation.*, offer.* (book or share); source.* (report); key.*, partner.* (partner).
             */
            events: string[];
            /** @description `whsec_` and base64 of 24 to 64 bytes; absent: the hub makes one. */
            secret?: string | null;
            /**
             * Format: int32
             * @description From how many vacant bays on a zone that was full is available again; absent: 2. Of a zone with
             *     fewer bays: all of them.
             */
            threshold?: number | null;
            /** @description https, at an address that is reached from everywhere, port 443 or from 1024 on. */
            url: string;
            /** @description Of which zones, by id; absent, and without `bbox`: all. */
            zones?: string[] | null;
        };
        /** @description What is to change; what is left out stays. */
        WebhookChanged: {
            bbox?: number[] | null;
            /** @description true: tell it again, and what has waited first; false: tell it nothing. */
            enabled?: boolean | null;
            events?: string[] | null;
            /** Format: int32 */
            threshold?: number | null;
            url?: string | null;
            zones?: string[] | null;
        };
        /** @description A new endpoint with its secret, this once. */
        WebhookMade: components["schemas"]["Webhook"] & {
            /** @description Every message is signed with it. Not shown again. */
            secret: string;
        };
        /** @description What came of a test. */
        WebhookTried: {
            /**
             * Format: int32
             * @description The endpoint's answer; null: there was none.
             */
            answered: number | null;
            delivered: boolean;
            /** @description Why it was not delivered; null: it was. */
            reason: string | null;
            /** Format: int64 */
            took_ms: number;
        };
        /** @description All endpoints that the key may see. */
        Webhooks: {
            webhooks: components["schemas"]["Webhook"][];
        };
        Weekly: {
            /**
             * @description mon, tue, wed, thu, fri, sat, sun; workday and dayoff: by the hub's calendar, Monday to Friday and the
             *     weekend where it names no other days.
             */
            days: string[];
            /** @description `18:00`. */
            from: string;
            /** @description `08:00`; not later than `from`: on the next day. `24:00` is the midnight that ends the day. */
            to: string;
        };
        /**
         * @description Why the state is what it is.
         * @enum {string}
         */
        Why: "reported" | "never_reported" | "stale" | "reserved" | "offered" | "order";
        /**
         * @description When a bay may be used by others: once, from `start` to `end`; or every week, on `days`, by the
         *     wall clock of the offer's `time_zone`.
         */
        Window: components["schemas"]["Stretch"] | components["schemas"]["Weekly"];
        /** @description A zone; vacant + occupied + unknown + closed + reserved = capacity. */
        Zone: {
            /** @description Of its bays, those that are accessible. */
            accessible: components["schemas"]["SomeBays"];
            /**
             * @description Its areas and floors, if it has any. They need not sum to what is told of the whole, and are
             *     never added to it: where a count of the whole stands it is that, else the sum of these, with
             *     the oldest `observed_at` of them.
             */
            areas?: components["schemas"]["Area"][] | null;
            /** @description Whom to name beside it, where a feed says it that asks for that. */
            attribution?: string | null;
            /** Format: int32 */
            capacity: number;
            /** @description Of those, by kind of bay; only kinds the zone has. */
            capacity_by_kind: {
                [key: string]: number;
            };
            /** Format: int32 */
            closed: number;
            /** @description Whether somebody counts it as a whole and has not withdrawn that: its figures may be such a count. */
            counted: boolean;
            crs?: components["schemas"]["Crs"] | null;
            ev_charging?: components["schemas"]["SomeBays"] | null;
            kind: components["schemas"]["ZoneKind"];
            /**
             * Format: double
             * @description Of the bays in service the share of which something is known: what `occupancy` rests on. Null
             *     while none is in service, or where nobody has said of how many.
             */
            known_fraction: number | null;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            name: string;
            /**
             * Format: date-time
             * @description null: never.
             */
            observed_at: string | null;
            /**
             * Format: double
             * @description Taken share of what is known and open; null while nothing is, or where nobody has said of how
             *     many.
             */
            occupancy: number | null;
            /** Format: int32 */
            occupied: number;
            operator: string;
            /** @description The gravest order of the authority that closes any of it. */
            order?: string | null;
            /**
             * @description The car park that it is an area or floor of, which tells of it in `areas`: who adds up zones
             *     leaves it out.
             */
            part_of?: string | null;
            pool?: components["schemas"]["PoolOnOffer"] | null;
            reservable?: components["schemas"]["SomeBays"] | null;
            /**
             * Format: int32
             * @description Bays that stand empty for who has booked them; they are not among the vacant.
             */
            reserved: number;
            /** @description No source has a word that still stands: everything counts as unknown. */
            stale: boolean;
            /** Format: int32 */
            unknown: number;
            /** @description By kind of bay; only kinds that the zone or an area of it has bays of, or that are counted. */
            vacant: {
                [key: string]: number;
            };
            /**
             * Format: double
             * @description How many vacant bays are to be expected, from all that is known; null while nothing is.
             */
            vacant_expected: number | null;
            /**
             * Format: int32
             * @description Four times in five the number lies from this on, ...
             */
            vacant_p10: number | null;
            /**
             * Format: int32
             * @description ... and up to this.
             */
            vacant_p90: number | null;
            zone: string;
        };
        /** @description How full a zone will be. */
        ZoneForecast: {
            /**
             * Format: date-time
             * @description The time that it is of.
             */
            at: string;
            basis: components["schemas"]["ForecastBasis"] | null;
            /**
             * Format: double
             * @description Share of bays that are expected to be occupied; null: nothing can be said.
             */
            occupancy: number | null;
            /**
             * Format: double
             * @description One time in ten it is below this.
             */
            p10: number | null;
            /**
             * Format: double
             * @description One time in ten it is above this.
             */
            p90: number | null;
            /**
             * Format: double
             * @description How likely at least one is.
             */
            p_any_vacant: number | null;
            /**
             * Format: int32
             * @description Bays that are expected to be vacant; null also where nobody says how many there are.
             */
            vacant: number | null;
            zone: string;
        };
        /** @enum {string} */
        ZoneKind: "on_street" | "off_street" | "private";
        /** @description A page of zones. */
        Zones: {
            /** Format: date-time */
            at: string;
            crs?: components["schemas"]["Crs"] | null;
            /**
             * Format: date-time
             * @description The newest observation of any zone here; null: none.
             */
            last_updated: string | null;
            /** @description Where to go on; null: this was the last page. */
            next: string | null;
            /**
             * Format: int32
             * @description Seconds this may be taken as fresh.
             */
            ttl: number;
            /** @description Of the ids asked for, those that are none of ours. */
            unknown?: string[] | null;
            zones: components["schemas"]["Zone"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    zones: {
        parameters: {
            query?: {
                /** @description Up to 500 zone ids with commas between them; without any other parameter. */
                ids?: string;
                /** @description west,south,east,north in degrees; west above east crosses the 180th meridian. */
                bbox?: string;
                /** @description What the zone is (on_street, off_street, private), or for what it has bays (car, heavy, ...). */
                kind?: "on_street" | "off_street" | "private" | "car" | "motorcycle" | "heavy" | "bicycle";
                /** @description How many zones a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description In which coordinates places are meant and told. */
                crs?: "wgs84" | "gcj02" | "bd09";
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of zones */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["FeatureCollection"];
                    "application/json": components["schemas"]["Zones"];
                    "text/csv": string;
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    zone: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path: {
                /** @description The zone's id */
                zone: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The zone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                    "application/json": components["schemas"]["Zone"];
                    "text/csv": string;
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such zone */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forecast: {
        parameters: {
            query?: {
                /** @description When, up to 4 hours ahead; without it now */
                at?: string;
            };
            header?: never;
            path: {
                /** @description The zone's id */
                zone: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is expected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneForecast"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such zone */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nearby: {
        parameters: {
            query: {
                /** @description Latitude of the place, degrees. */
                lat: number;
                /** @description Longitude of the place, degrees. */
                lon: number;
                /** @description How far to look, metres. */
                radius_m?: number;
                /** @description How many bays at most. */
                limit?: number;
                /** @description What the bay is for. */
                kind?: components["schemas"]["BayKind"];
                /** @description true: only accessible bays. */
                accessible?: boolean;
                /** @description true: only bays with a charging point. */
                ev_charging?: boolean;
                /** @description The vehicle's height: bays with a lower limit are left out. */
                min_height_cm?: number;
                /** @description Bays that cost more are left out; minor units of the hub's own currency. */
                max_price_cents_per_hour?: number;
                /**
                 * @description When the driver will be there: not passed, and at most 24 hours ahead. Up to 4 hours ahead it is
                 *     told how likely there is room then.
                 */
                arrive_at?: string;
                /**
                 * @description `bays`, `zones` (car parks that count) or `all`. Not said: all as JSON, else bays; a table has
                 *     one of them.
                 */
                include?: string;
                /** @description In which coordinates places are meant and told. */
                crs?: "wgs84" | "gcj02" | "bd09";
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Vacant bays, nearest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["FeatureCollection"];
                    "application/json": components["schemas"]["Nearby"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bay: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path: {
                /** @description The bay's id */
                bay: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bay */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                    "application/json": components["schemas"]["BayDetail"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such bay */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_orders: {
        parameters: {
            query?: {
                /** @description `true`: only those in force now. `false`: only the others, those that ended within five weeks among them. */
                active?: boolean;
                /** @description Only those of which anything lies in the box: west,south,east,north. */
                bbox?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrders"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; remembered for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderAsked"];
            };
        };
        responses: {
            /** @description In force when it says, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrder"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `field` does not fit: the place, a time or a text; or the Idempotency-Key came with another body before */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy, or a share is used up: `share`, `limit`, `used` and `Retry-After` say which and until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The order's id; for CAP 1.2 with `.cap` behind it */
                order: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrder"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such order */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The order's id */
                order: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderChanged"];
            };
        };
        responses: {
            /** @description So from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrder"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such order */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It has ended, or needs no second key */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 1 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `field` does not fit: the place, a time or a text; or the Idempotency-Key came with another body before */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The order's id */
                order: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrder"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such order */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It has ended, or needs no second key */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The order's id */
                order: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Confirmed, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CityOrder"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such order */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It has ended, or needs no second key */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reported_problems: {
        parameters: {
            query?: {
                /** @description Ids with commas between, 100 at most; then nothing else is looked at. */
                service_request_id?: string;
                /** @description Codes with commas between. */
                service_code?: string;
                /** @description Reported from then on (RFC 3339). Absent or empty: 90 days before `end_date`. */
                start_date?: string;
                /**
                 * @description Reported until then, at most 90 days after `start_date`. Absent or empty: now, or 90 days after
                 *     `start_date`.
                 */
                end_date?: string;
                /** @description `open`, `closed`, or both with a comma between. */
                status?: string;
                /** @description The first is 1. */
                page?: number;
                /** @description 1,000 if it is absent. */
                page_size?: number;
                /** @description Taken, and makes no difference. */
                jurisdiction_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of requests */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceRequest"][];
                };
            };
            /** @description Something of it cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description There is no such service or request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description Too much; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description Not now; nothing was kept */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
        };
    };
    report_problem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportedJson"];
                "application/x-www-form-urlencoded": components["schemas"]["ReportedForm"];
            };
        };
        responses: {
            /** @description Taken, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestTaken"][];
                };
            };
            /** @description Something of it cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description The key is not good */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description There is no such service or request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description Neither a form nor JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description Too much; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
            /** @description Not now; nothing was kept */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportError"][];
                    "text/xml": unknown;
                };
            };
        };
    };
    list_problems: {
        parameters: {
            query?: {
                /** @description Absent: what is open, by when it is due. A state that is over lists the last first. */
                state?: "open" | "acknowledged" | "in_progress" | "resolved" | "rejected" | "duplicate";
                /** @description Of this service code alone. */
                code?: "bay-blocked" | "sensor-wrong" | "ev-charger-dead" | "accessible-misuse" | "sign-missing" | "surface" | "price-wrong" | "shared-bay-taken";
                /** @description true: only what is or was late. */
                overdue?: boolean;
                /** @description true: what is over, whatever became of it. */
                closed?: boolean;
                /** @description Problems of a page. 100 if it is absent. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of problems */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProblemList"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_problem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The problem's id: that of the service request */
                problem: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The problem */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProblemDetail"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such problem of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_problem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The problem's id: that of the service request */
                problem: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProblemSays"];
            };
        };
        responses: {
            /** @description So from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProblemDetail"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such problem of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state it is in, or not at this time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 8 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rate_problem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The problem's id: that of the service request */
                problem: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatingGiven"];
            };
        };
        responses: {
            /** @description Rated, durably; the token is spent */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is not good: nobody has it for this problem, or it was used, or its time is over */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such problem of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is not closed yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 8 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operators_service: {
        parameters: {
            query?: {
                /** @description Of how many days back. 90 if it is absent. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One a row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorsService"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ask_bay: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: {
                /** @description 1 to 255 visible ASCII characters; remembered for 24 hours, of one partner so many at a time */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BayAsked"];
            };
        };
        responses: {
            /** @description Held */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No bay suits; `reason` says why, of a season `misses` when */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The Idempotency-Key came with another body before */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy, or a share is used up: `share`, `limit`, `used` and `Retry-After` say which and until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; nothing is held */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_reservations: {
        parameters: {
            query?: {
                /** @description held, confirmed, active, completed, cancelled, expired or no_show; absent: any. */
                state?: string;
                /** @description Those that start then or later; absent: all. */
                from?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before; `from` is in it. */
                cursor?: string;
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reservations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservations"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reservation: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path: {
                /** @description The reservation's id */
                reservation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reservation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such reservation of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path: {
                /** @description The reservation's id */
                reservation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Confirmed, durably; also if it was before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such reservation of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state it is in, or not at this time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: {
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path: {
                /** @description The reservation's id */
                reservation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled, durably; also if it was before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such reservation of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state it is in, or not at this time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The partner and the key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartnerMe"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_signup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupAsked"];
            };
        };
        responses: {
            /** @description Asked; the address is to be proven */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignupTold"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody can sign up here */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 8 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many sign-ups: `limit`, and `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenGiven"];
            };
        };
        responses: {
            /** @description Admitted: your first key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirstKey"];
                };
            };
            /** @description The address is proven; an administrator decides */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignupTold"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link is not good: nobody has it, or it was used, or its time is over */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 8 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_own_keys: {
        parameters: {
            query?: {
                /** @description The sandbox's instead. */
                sandbox?: boolean;
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Does not fit; `errors` has every fault */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_own_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnKeyAsked"];
            };
        };
        responses: {
            /** @description Good at every door from now on, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyMade"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope, or the new one would be good for more than was granted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken, or there are as many keys as there may be */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Does not fit; `errors` has every fault */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_own_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked, durably; also if it was before */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope, or the new one would be good for more than was granted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key of this call, or one of the configuration */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused from now on, but not stored: do it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_own_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotationAsked"];
            };
        };
        responses: {
            /** @description The new one, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotated"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope, or the new one would be good for more than was granted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It comes from the configuration */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description So from now on, but not stored: do it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_refusals: {
        parameters: {
            query?: {
                /** @description Only what was refused for this. */
                reason?: "malformed" | "unknown_bay" | "unknown_zone" | "unknown_source" | "unknown_device" | "forbidden" | "out_of_area" | "too_far_in_future" | "too_old" | "too_large" | "retained_without_time";
                /** @description Only what this sender sent. */
                source?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Only what is older than the entry of this id. */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refusals, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quarantined"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_credit: {
        parameters: {
            query?: {
                /** @description What CSV has rows of: `days` or `samples`. JSON has both. */
                table?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Credit by day, and samples */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditTold"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_usage: {
        parameters: {
            query?: {
                /** @description The hour it lies in is the first; a day before `to` if absent, and 31 days where rows are days. */
                from?: string;
                /** @description Whole hours up to here; now if absent. At most 62 days after `from`. */
                to?: string;
                /** @description `1h` or `1d`, of UTC. */
                interval?: string;
                /** @description Rows of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageTold"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contributions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sums over all contributors of the partner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contributions"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quality: {
        parameters: {
            query?: {
                /** @description Such as 2026-11, of the hub's own calendar; the month under way if absent. */
                month?: string;
                /** @description `operator` (of zones) or `partner` (who holds keys); `partner` if absent. */
                by?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A row each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QualityTold"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sources: {
        parameters: {
            query?: {
                /** @description Only this one. */
                source?: string;
                /** @description true: only those that are suspected of something. */
                suspect?: boolean;
                /** @description How many a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sources */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sources"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such source */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhooks"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookAsked"];
            };
        };
        responses: {
            /** @description Told from now on, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookMade"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `field` does not fit: the address, an event that is not emitted, or a zone */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy, or a share is used up: `share`, `limit`, `used` and `Retry-After` say which and until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone, durably */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChanged"];
            };
        };
        responses: {
            /** @description So from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `field` does not fit: the address, an event that is not emitted, or a zone */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was tried; `delivered` says whether it was taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTried"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretAsked"] | null;
            };
        };
        responses: {
            /** @description Signed with it from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretMade"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The secret before the one that signs does so too; `now` ends it at once */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `field` does not fit: the address, an event that is not emitted, or a zone */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_deliveries: {
        parameters: {
            query?: {
                /** @description Those that are so: pending, delivered, failed. */
                status?: string;
                /** @description Of what has happened since. */
                since?: string;
                /** @description At most so many; absent: 100. */
                limit?: number;
                /** @description The `next` of the answer before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deliveries"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resend_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
                /** @description The delivery's id */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits for its turn, durably */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_webhook: {
        parameters: {
            query: {
                /** @description Facts that have happened since. */
                since: string;
            };
            header?: never;
            path: {
                /** @description The webhook's id */
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They wait for their turn, durably */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook of yours, or none whose events the key may be told */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Not ready, with the reasons */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Now, and by day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HubStatus"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quarantine: {
        parameters: {
            query?: {
                /** @description Only what was refused for this. */
                reason?: "malformed" | "unknown_bay" | "unknown_zone" | "unknown_source" | "unknown_device" | "forbidden" | "out_of_area" | "too_far_in_future" | "too_old" | "too_large" | "retained_without_time";
                /** @description Only what this sender sent. */
                source?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Only what is older than the entry of this id. */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refusals, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quarantined"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_partners: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of partners */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartnerList"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_partner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The partner's name */
                partner: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PartnerChanged"];
            };
        };
        responses: {
            /** @description So from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartnerNow"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such partner */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description So from now on, but not stored: do it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_signup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The sign-up's id */
                signup: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupDecided"];
            };
        };
        responses: {
            /** @description So from now on, durably */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Signup"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such sign-up */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody is called so: say whom it speaks for */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    all_usage: {
        parameters: {
            query?: {
                /** @description The hour it lies in is the first; a day before `to` if absent, and 31 days where rows are days. */
                from?: string;
                /** @description Whole hours up to here; now if absent. At most 62 days after `from`. */
                to?: string;
                /** @description `1h` or `1d`, of UTC. */
                interval?: string;
                /** @description Rows of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Whose keys: a row each. Absent: all partners, a row each. */
                partner?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageTold"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before: only what is older. */
                before?: string;
                /** @description Calls that only read, instead of those that may have changed something. */
                reads?: boolean;
                /** @description Calls without a good key instead of those with one, whatever they are. */
                strangers?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Calls, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditTrail"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registry_faults: {
        parameters: {
            query?: {
                /** @description Only those of this kind. */
                kind?: "no_place" | "stray_zone" | "stray_part" | "far_bay" | "bay_outside" | "same_place" | "zones_overlap" | "more_bays" | "no_bay";
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many of each kind, and the first of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistryFaults"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_losses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All losses, the oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LossList"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The loss's id */
                loss: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken note of, durably */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such loss */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    devices: {
        parameters: {
            query?: {
                /** @description How many devices a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Only those whose battery is low. A page may then be short and have a `next`. */
                low_battery?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of devices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Devices"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    turnover: {
        parameters: {
            query?: {
                /** @description Up to 500 zone ids with commas between them. Without this and `bbox`: all zones. */
                zone?: string;
                /** @description Zones that are now within west,south,east,north in degrees. */
                bbox?: string;
                /** @description Rows start at or after this; absent: 24 hours before `to`. */
                from?: string;
                /** @description Rows start before this; absent: what is settled. */
                to?: string;
                /** @description How long a row is. */
                interval?: "5m" | "1h" | "1d";
                /**
                 * @description The place whose days are meant with `1d`, by its IANA name; absent: the hub's. Without the
                 *     scope `monitor`: UTC.
                 */
                tz?: string;
                /** @description How many rows a page at most; of Parquet, where this is absent, 100,000. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TurnoverPage"];
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not a good key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such zone */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be read now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_offers: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of offers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offers"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_offer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferAsked"];
            };
        };
        responses: {
            /** @description On offer, durably */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such bay of yours, or none in that zone */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bay is on another offer */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than you have in the zone */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_offer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The offer's id */
                offer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such offer of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_offer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The offer's id */
                offer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn, durably; also if it was before */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such offer of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by another at the same time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_offer: {
        parameters: {
            query?: {
                /** @description Tells what would become of the offer and what is booked, and changes nothing. */
                preview?: boolean;
            };
            header?: never;
            path: {
                /** @description The offer's id */
                offer: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferChanges"];
            };
        };
        responses: {
            /** @description Changed, durably, and what is booked that the change would not allow any more; with `preview=true` nothing is changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedOffer"];
                };
            };
            /** @description `field` cannot be so */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such offer of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Withdrawn, or changed by another at the same time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than 64 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than you have in the zone */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    utilisation: {
        parameters: {
            query?: {
                /** @description Absent: a week before `to`. */
                from?: string;
                /** @description Absent: now. */
                to?: string;
            };
            header?: never;
            path: {
                /** @description The offer's id */
                offer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Utilisation"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such offer of yours */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_booking: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The offer's id */
                offer: string;
                /** @description The reservation's id */
                reservation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled, durably; also if it was before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnedBooking"];
                };
            };
            /** @description The path is not UTF-8 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such offer of yours, or no such booking on it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state it is in, or not at this time */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_bays: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /**
                 * @description In which coordinates places are meant and told. Absent: those of the configuration, else
                 *     WGS 84.
                 */
                crs?: "wgs84" | "gcj02" | "bd09";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of bays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnedBays"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    own_bookings: {
        parameters: {
            query?: {
                /** @description held, confirmed, active, completed, cancelled, expired or no_show; absent: any. */
                state?: string;
                /** @description Those that start then or later; absent: all. */
                from?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description `next` of the page before; `from` is in it. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of bookings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnedBookings"];
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settlement: {
        parameters: {
            query: {
                /** @description Of each row by its offer's own clock, or by `tz`. */
                month: string;
                /** @description The IANA name of a place: a row is of the month that it was there. */
                tz?: string;
                /** @description owner or driver; absent: owner for a key with the scope share, else driver. */
                role?: string;
                /** @description How many rows at most. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `1`: CSV begins with a byte order mark, by which Excel knows UTF-8 */
                bom?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the ledger */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                    "text/csv": string;
                };
            };
            /** @description A parameter cannot be */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No key, or not a good one */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key lacks the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in that format */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The quota of this class of calls is used up; `Retry-After` says until when */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
