//! What services are called, in the reader's language: what people choose from.

use crate::domain::ProblemCode;
use crate::serve::http::language::Language;

/// Name, description and keywords of a service.
pub(super) struct ServiceWords {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) keywords: &'static str,
    pub(super) group: &'static str,
}

const fn of(
    name: &'static str,
    description: &'static str,
    keywords: &'static str,
    group: &'static str,
) -> ServiceWords {
    ServiceWords {
        name,
        description,
        keywords,
        group,
    }
}

/// Of a service, in that language.
pub(super) const fn words(code: ProblemCode, language: Language) -> ServiceWords {
    match language {
        Language::English => english(code),
        Language::Chinese => chinese(code),
    }
}

const fn english(code: ProblemCode) -> ServiceWords {
    let places = "bays";
    let things = "equipment";
    match code {
        ProblemCode::BayBlocked => of(
            "Bay blocked",
            "Something or somebody keeps a bay from being used.",
            "obstruction, parked badly, works",
            places,
        ),
        ProblemCode::SensorWrong => of(
            "App is wrong about a bay",
            "The app says occupied and the bay is vacant, or the other way round.",
            "sensor, occupied, vacant",
            things,
        ),
        ProblemCode::EvChargerDead => of(
            "Charger does not work",
            "A charger for electric vehicles does not work.",
            "ev, charging, electricity",
            things,
        ),
        ProblemCode::AccessibleMisuse => of(
            "Accessible bay misused",
            "Who may not use an accessible bay stands in it.",
            "disabled, wheelchair, permit",
            places,
        ),
        ProblemCode::SignMissing => of(
            "Sign missing or wrong",
            "A sign or marking is missing, damaged or wrong.",
            "marking, signage",
            things,
        ),
        ProblemCode::Surface => of(
            "Surface damaged",
            "The ground is damaged, flooded or dirty.",
            "pothole, water, glass",
            places,
        ),
        ProblemCode::PriceWrong => of(
            "Price is wrong",
            "What is charged is not what was told.",
            "fee, tariff, machine",
            things,
        ),
        ProblemCode::SharedBayTaken => of(
            "Booked bay taken",
            "Somebody stands in a bay that you have booked.",
            "reservation, booking, shared",
            places,
        ),
    }
}

const fn chinese(code: ProblemCode) -> ServiceWords {
    let places = "车位";
    let things = "设施";
    match code {
        ProblemCode::BayBlocked => of(
            "车位被堵",
            "有物或有人使车位无法使用。",
            "障碍, 乱停, 施工",
            places,
        ),
        ProblemCode::SensorWrong => of(
            "车位状态有误",
            "显示有车而实际空闲，或相反。",
            "传感器, 占用, 空闲",
            things,
        ),
        ProblemCode::EvChargerDead => of(
            "充电桩故障",
            "电动车充电桩无法使用。",
            "充电, 电动车",
            things,
        ),
        ProblemCode::AccessibleMisuse => of(
            "无障碍车位被占用",
            "无权使用者占用了无障碍车位。",
            "残障, 轮椅",
            places,
        ),
        ProblemCode::SignMissing => of(
            "标志缺失或有误",
            "标志或标线缺失、损坏或有误。",
            "标线, 指示牌",
            things,
        ),
        ProblemCode::Surface => of("路面损坏", "地面损坏、积水或脏污。", "坑洞, 积水", places),
        ProblemCode::PriceWrong => of("价格有误", "实际收费与所示不符。", "收费, 费率", things),
        ProblemCode::SharedBayTaken => of(
            "预订的车位被占",
            "您预订的车位上停有他人的车。",
            "预订, 共享",
            places,
        ),
    }
}
