//! The sandbox's city: made up once, and lived in by a simulator that hands its reports to the gate as
//! a door would, without a socket.

use super::Offered;
use super::settings::CITY;
use crate::app::{Failure, has_city};
use crate::domain::realm::SANDBOX_ID;
use crate::domain::{
    Area, Door, KeyAccount, Parcel, Pass, Receipt, SharedRemit, SourceKind, Speaker, Standing,
};
use crate::ingest::codec;
use crate::partners;
use sensors_sim::{City, CityParams, Message, Outbox, Sim, SimParams, Topic};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Bays of a zone: many small ones show more of the API than a few large ones.
const BAYS_OF_A_ZONE: u32 = 20;

/// Every fourth zone has no sensors: what apps say of it is what is known.
const UNWATCHED: usize = 4;

/// Every third car park is private, so that there is something to offer.
const PRIVATE: usize = 3;

/// Whose they are until a partner is given some of them.
pub(super) const LANDLORD: &str = "sandbox-estates";

/// How often the city is looked at.
const STEP: Duration = Duration::from_secs(1);

/// What a lamp post waits between two looks, s: the sandbox is to be lively, not busy.
const SAMPLE_S: f64 = 20.0;

/// Makes the city in `folder`, if it is not there.
pub(super) fn settle(folder: &Path, bays: u32) -> Result<(), Failure> {
    let dir = folder.join(CITY);
    if has_city(&dir) {
        return Ok(());
    }
    let mut city = City::generate(&CityParams {
        bays,
        zones: Some(bays / BAYS_OF_A_ZONE),
        ..CityParams::default()
    });
    city.make_private(PRIVATE, LANDLORD);
    let city = city.prefixed(SANDBOX_ID);
    let city = city.ok_or_else(|| Failure::Internal("the sandbox's city has no ids".into()))?;
    let fail = |e: &dyn std::fmt::Display| Failure::Config(format!("{}: {e}", dir.display()));
    std::fs::create_dir_all(&dir).map_err(|e| fail(&e))?;
    city.write(&dir).map_err(|e| fail(&e))
}

/// The simulator and its sources, as the sandbox's hub knows them.
pub(super) struct Simulator {
    sim: Sim,
    speakers: Vec<Speaker>,
}

impl Simulator {
    /// Reads the city and enrols its sources.
    pub(super) fn new(folder: &Path, hub: &Offered) -> Result<Self, Failure> {
        let fail = |e: &dyn std::fmt::Display| Failure::Internal(format!("the simulator: {e}"));
        let city = City::load(&folder.join(CITY)).map_err(|e| fail(&e))?;
        let city = city.without_every(UNWATCHED);
        let params = SimParams {
            sample_s: SAMPLE_S,
            ..SimParams::default()
        };
        let sim = Sim::new(city, params, hub.shared.clock.now().0);
        let kind = |kind| match kind {
            sensors_sim::SourceKind::Sensor => SourceKind::Sensor,
            sensors_sim::SourceKind::App => SourceKind::App,
            sensors_sim::SourceKind::Gate => SourceKind::Gate,
        };
        let sources = sim.plan().sources();
        let named: Vec<_> = sources.iter().map(|s| (&*s.id, kind(s.kind))).collect();
        let numbers = hub.shared.registry.enrol_sources(&named)?;
        let remit = partners::remit(Area::All, Standing::Trusted, LANDLORD);
        let remit = SharedRemit::new(remit);
        let speaker = |(number, (id, kind)): (_, &(&str, SourceKind))| Speaker {
            source: number,
            kind: *kind,
            id: Arc::from(*id),
            pass: Pass::default(),
            uplinks: false,
            remit: remit.clone(),
            account: KeyAccount::default(),
        };
        let speakers = numbers.into_iter().zip(&named).map(speaker).collect();
        Ok(Self { sim, speakers })
    }

    /// Lives, until the sandbox's journal is gone. What is said first is the state of every bay.
    pub(super) async fn live(mut self, hub: &Offered) {
        let mut all = Vec::new();
        while self.sim.fill(&mut all) {}
        let mut out = Outbox::default();
        let mut every = tokio::time::interval(STEP);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let parcel = self.said(hub, all.drain(..));
            if !parcel.is_empty() {
                let submission = parcel.into_submission(Receipt::unwatched());
                if hub.inbox.send(submission).await.is_err() {
                    return;
                }
            }
            every.tick().await;
            self.sim.step(hub.shared.clock.now().0, &mut out);
            all.append(&mut out.messages);
            out.breaks.clear();
            out.truth.clear();
        }
    }

    /// What comes of these messages at the gate.
    fn said(&self, hub: &Offered, messages: impl Iterator<Item = Message>) -> Parcel {
        let mut parcel = Parcel::default();
        for message in messages {
            let Some(speaker) = self.speakers.get(message.link as usize) else {
                continue;
            };
            let codec = match message.topic {
                Topic::Report => &codec::REPORT,
                Topic::Count => &codec::COUNT,
            };
            let payload = &message.payload;
            hub.gate.take(
                speaker,
                Door::Mqtt,
                &"simulated",
                codec,
                payload,
                &mut parcel,
            );
        }
        parcel
    }
}
