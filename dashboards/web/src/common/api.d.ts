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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
        /**
         * @description In which coordinates places are: WGS 84, or as maps of mainland China have them.
         * @enum {string}
         */
        Crs: "wgs84" | "gcj02" | "bd09";
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
        /**
         * @description What a forecast rests on: how full a zone usually is, or that it stays as it is.
         * @enum {string}
         */
        ForecastBasis: "profile" | "persistence";
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
        /**
         * @description Of which zones a key's sources may speak. A zone is inside if one of `zones` covers it or if its
         *     operator is one of `operators`.
         */
        KeyArea: components["schemas"]["Everywhere"] | components["schemas"]["NamedArea"];
        /**
         * @description What a key may be used for.
         * @enum {string}
         */
        KeyScope: "report" | "share" | "book" | "monitor" | "admin" | "partner";
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
        /** @enum {string} */
        SourceKind: "sensor" | "app" | "gate";
        /**
         * @description How far what a key's apps say is trusted; for sensors and gates it has no effect.
         * @enum {string}
         */
        Standing: "trusted" | "unproven";
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
         * @description Why the state is what it is.
         * @enum {string}
         */
        Why: "reported" | "never_reported" | "stale" | "reserved" | "offered";
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
                /**
                 * @description What the zone is (on_street, off_street, private), or what it has bays for (car, motorcycle,
                 *     heavy, bicycle).
                 */
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
}
