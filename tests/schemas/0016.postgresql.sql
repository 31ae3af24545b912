CREATE TABLE audit (
  tenant VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  actor VARCHAR(32) NOT NULL,
  action VARCHAR(100) NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  touched VARCHAR(32) NOT NULL,
  subject VARCHAR(64) NOT NULL,
  mac BYTEA NOT NULL,
  PRIMARY KEY (tenant, number)
);

CREATE TABLE broadcast (
  tenant VARCHAR(32) NOT NULL,
  broadcast VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  text TEXT NOT NULL,
  private BOOLEAN DEFAULT false NOT NULL,
  state VARCHAR(16) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, broadcast)
);

CREATE TABLE door_code (
  tenant VARCHAR(32) NOT NULL,
  mark VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  until TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, mark),
  UNIQUE (mark)
);

CREATE TABLE download (
  tenant VARCHAR(32) NOT NULL,
  link VARCHAR(64) NOT NULL,
  person VARCHAR(32) NOT NULL,
  until TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, link),
  UNIQUE (link)
);

CREATE TABLE draft (
  tenant VARCHAR(32) NOT NULL,
  draft VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  entry VARCHAR(32) NOT NULL,
  until TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, draft),
  UNIQUE (tenant, person, cohort, number, entry)
);

CREATE INDEX draft_until ON draft (until);

CREATE TABLE entry (
  tenant VARCHAR(32) NOT NULL,
  entry VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  form VARCHAR(64) NOT NULL,
  revision INTEGER NOT NULL,
  saved_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, entry),
  UNIQUE (tenant, person, form)
);

CREATE INDEX entry_of_person ON entry (tenant, person, cohort, number);

CREATE TABLE erasure (
  tenant VARCHAR(32) NOT NULL,
  tombstone VARCHAR(64) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, tombstone)
);

CREATE TABLE feed (
  tenant VARCHAR(32) NOT NULL,
  link VARCHAR(64) NOT NULL,
  person VARCHAR(32) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, link),
  UNIQUE (link)
);

CREATE TABLE inbox (
  tenant VARCHAR(32) NOT NULL,
  event VARCHAR(200) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, event)
);

CREATE TABLE lane (
  tenant VARCHAR(32) NOT NULL,
  lane VARCHAR(100) NOT NULL,
  owner VARCHAR(64),
  lease_until TIMESTAMP WITHOUT TIME ZONE,
  fence INTEGER DEFAULT '0' NOT NULL,
  served_at TIMESTAMP WITHOUT TIME ZONE,
  blocked_until TIMESTAMP WITHOUT TIME ZONE,
  rate FLOAT,
  paced_to TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, lane)
);

CREATE TABLE milestone (
  what VARCHAR(16) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (what, at)
);

CREATE TABLE outbox (
  tenant VARCHAR(32) NOT NULL,
  key VARCHAR(200) COLLATE "C" NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  recipient VARCHAR(32) NOT NULL,
  channel BOOLEAN NOT NULL,
  subject VARCHAR(32) NOT NULL,
  due_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITHOUT TIME ZONE,
  state VARCHAR(16) NOT NULL,
  lane VARCHAR(100) DEFAULT '' NOT NULL,
  fence INTEGER DEFAULT '0' NOT NULL,
  attempts INTEGER DEFAULT '0' NOT NULL,
  faults INTEGER DEFAULT '0' NOT NULL,
  address VARCHAR(200),
  tried_at TIMESTAMP WITHOUT TIME ZONE,
  again_at TIMESTAMP WITHOUT TIME ZONE,
  safe_until TIMESTAMP WITHOUT TIME ZONE,
  sent_at TIMESTAMP WITHOUT TIME ZONE,
  ref TEXT,
  reason TEXT,
  PRIMARY KEY (tenant, key)
);

CREATE INDEX outbox_held ON outbox (tenant, recipient) WHERE state = 'held';

CREATE INDEX outbox_open ON outbox (tenant, lane, state, due_at, kind DESC) WHERE state = 'ready' OR state = 'sending' OR state = 'unknown';

CREATE INDEX outbox_unknown ON outbox (tenant, lane) WHERE state = 'unknown';

CREATE TABLE program (
  tenant VARCHAR(32) NOT NULL,
  program VARCHAR(64) NOT NULL,
  version VARCHAR(64) NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant, program, version)
);

CREATE TABLE release (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  question VARCHAR(64) NOT NULL,
  batch INTEGER NOT NULL,
  series VARCHAR(100) NOT NULL,
  at DATE NOT NULL,
  answered INTEGER NOT NULL,
  shown TEXT NOT NULL,
  others INTEGER NOT NULL,
  PRIMARY KEY (tenant, cohort, number, question, batch)
);

CREATE TABLE request (
  tenant VARCHAR(32) NOT NULL,
  request VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  helper VARCHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  body BYTEA DEFAULT '' NOT NULL,
  PRIMARY KEY (tenant, request)
);

CREATE TABLE role (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  role VARCHAR(64) NOT NULL,
  PRIMARY KEY (tenant, cohort, person, role)
);

CREATE TABLE schema (
  version SERIAL NOT NULL,
  PRIMARY KEY (version)
);

CREATE TABLE share (
  tenant VARCHAR(32) NOT NULL,
  share VARCHAR(32) NOT NULL,
  entry VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  audience VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, share)
);

CREATE TABLE step (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  PRIMARY KEY (tenant, cohort, person, number)
);

CREATE TABLE tally (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  question VARCHAR(64) NOT NULL,
  member VARCHAR(32) NOT NULL,
  series VARCHAR(100) NOT NULL,
  value TEXT,
  due DATE NOT NULL,
  waits INTEGER DEFAULT '0' NOT NULL,
  batch INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY (tenant, cohort, number, question, member)
);

CREATE INDEX tally_waiting ON tally (due) WHERE batch = 0;

CREATE TABLE tenant (
  tenant VARCHAR(32) NOT NULL,
  created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant)
);

CREATE TABLE token (
  platform VARCHAR(32) NOT NULL,
  name VARCHAR(64) NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (platform, name)
);

CREATE TABLE turn (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  state VARCHAR(16) NOT NULL,
  PRIMARY KEY (tenant, cohort, person, number)
);

CREATE TABLE unanswered (
  tenant VARCHAR(32) NOT NULL,
  week DATE NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant, week, outcome)
);

CREATE TABLE unsigned (
  tenant VARCHAR(32) NOT NULL,
  note VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  audience VARCHAR(16) NOT NULL,
  person VARCHAR(32),
  day DATE NOT NULL,
  batch VARCHAR(32),
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, note)
);

CREATE INDEX unsigned_waiting ON unsigned (day) WHERE batch IS NULL;

CREATE TABLE vault (
  keyring VARCHAR(32) NOT NULL,
  PRIMARY KEY (keyring)
);

CREATE TABLE verdict (
  tenant VARCHAR(32) NOT NULL,
  entry VARCHAR(100) NOT NULL,
  verdict VARCHAR(16) NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant, entry, verdict)
);

CREATE TABLE awaited (
  tenant VARCHAR(32) NOT NULL,
  note VARCHAR(32) NOT NULL,
  mark VARCHAR(32) NOT NULL,
  entry VARCHAR(32) DEFAULT '' NOT NULL,
  PRIMARY KEY (tenant, note),
  FOREIGN KEY(tenant, note) REFERENCES unsigned (tenant, note)
);

CREATE TABLE cohort (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  name TEXT NOT NULL,
  program VARCHAR(64) NOT NULL,
  version VARCHAR(64) NOT NULL,
  place VARCHAR(32),
  start DATE NOT NULL,
  zone VARCHAR(64) NOT NULL,
  country VARCHAR(16) DEFAULT '' NOT NULL,
  state VARCHAR(16) NOT NULL,
  created_by VARCHAR(32) NOT NULL,
  created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  planned_to TIMESTAMP WITHOUT TIME ZONE,
  replan BOOLEAN DEFAULT false NOT NULL,
  follows BOOLEAN DEFAULT false NOT NULL,
  PRIMARY KEY (tenant, cohort),
  FOREIGN KEY(tenant, program, version) REFERENCES program (tenant, program, version)
);

CREATE TABLE person (
  tenant VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  name TEXT NOT NULL,
  zone VARCHAR(64) NOT NULL,
  quiet_from TIME WITHOUT TIME ZONE,
  quiet_to TIME WITHOUT TIME ZONE,
  created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  erase_after TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, person),
  FOREIGN KEY(tenant) REFERENCES tenant (tenant)
);

CREATE TABLE place (
  tenant VARCHAR(32) NOT NULL,
  place VARCHAR(32) NOT NULL,
  address VARCHAR(200) NOT NULL,
  lane VARCHAR(100) DEFAULT '' NOT NULL,
  shut_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, place),
  UNIQUE (address),
  FOREIGN KEY(tenant) REFERENCES tenant (tenant)
);

CREATE TABLE share_reader (
  tenant VARCHAR(32) NOT NULL,
  share VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant, share, person),
  FOREIGN KEY(tenant, share) REFERENCES share (tenant, share)
);

CREATE TABLE unsigned_reader (
  tenant VARCHAR(32) NOT NULL,
  note VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant, note, person),
  FOREIGN KEY(tenant, note) REFERENCES unsigned (tenant, note)
);

CREATE TABLE workspace (
  tenant VARCHAR(32) NOT NULL,
  platform VARCHAR(32) NOT NULL,
  workspace VARCHAR(64) NOT NULL,
  removed_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, platform, workspace),
  UNIQUE (platform, workspace),
  FOREIGN KEY(tenant) REFERENCES tenant (tenant)
);

CREATE TABLE account (
  tenant VARCHAR(32) NOT NULL,
  address VARCHAR(200) NOT NULL,
  person VARCHAR(32) NOT NULL,
  lane VARCHAR(100) DEFAULT '' NOT NULL,
  door VARCHAR(16) DEFAULT '' NOT NULL,
  PRIMARY KEY (tenant, address),
  UNIQUE (address),
  FOREIGN KEY(tenant, person) REFERENCES person (tenant, person)
);

CREATE INDEX account_of_person ON account (tenant, person);

CREATE TABLE change (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  moved_to DATE,
  skipped BOOLEAN NOT NULL,
  swapped BOOLEAN NOT NULL,
  PRIMARY KEY (tenant, cohort, number),
  FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort)
);

CREATE TABLE membership (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  joined_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  started_at TIMESTAMP WITHOUT TIME ZONE,
  day INTEGER,
  time TIME WITHOUT TIME ZONE,
  paused_until DATE,
  replan BOOLEAN DEFAULT false NOT NULL,
  keep_until DATE,
  role VARCHAR(40) DEFAULT '' NOT NULL,
  sits_on TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (tenant, cohort, person),
  FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort),
  FOREIGN KEY(tenant, person) REFERENCES person (tenant, person)
);

CREATE INDEX membership_replan ON membership (tenant, cohort) WHERE replan;

CREATE TABLE occasion (
  tenant VARCHAR(32) NOT NULL,
  occasion VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  kind VARCHAR(40) NOT NULL,
  team VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  title TEXT NOT NULL,
  day DATE NOT NULL,
  hour TIME WITHOUT TIME ZONE NOT NULL,
  zone VARCHAR(64) NOT NULL,
  minutes INTEGER NOT NULL,
  place TEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  sequence INTEGER NOT NULL,
  changes VARCHAR(32) NOT NULL,
  first_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  last_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  looked_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, occasion),
  FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort)
);

CREATE INDEX occasion_of_cohort ON occasion (tenant, cohort);

CREATE INDEX occasion_planned ON occasion (last_at) WHERE state = 'planned';

CREATE TABLE other_door (
  tenant VARCHAR(32) NOT NULL,
  address VARCHAR(200) NOT NULL,
  person VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant, address),
  UNIQUE (address),
  FOREIGN KEY(tenant, person) REFERENCES person (tenant, person)
);

CREATE INDEX other_door_of_person ON other_door (tenant, person);

CREATE TABLE other_place (
  tenant VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  place VARCHAR(32) NOT NULL,
  since TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, cohort, place),
  FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort),
  FOREIGN KEY(tenant, place) REFERENCES place (tenant, place)
);

CREATE TABLE team (
  tenant VARCHAR(32) NOT NULL,
  team VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  inside VARCHAR(32) NOT NULL,
  name TEXT NOT NULL,
  made_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (tenant, team),
  FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort)
);

CREATE INDEX team_of_cohort ON team (tenant, cohort);

CREATE TABLE guest (
  tenant VARCHAR(32) NOT NULL,
  occasion VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, occasion, person),
  FOREIGN KEY(tenant, occasion) REFERENCES occasion (tenant, occasion)
);

CREATE INDEX guest_by_person ON guest (tenant, person);

CREATE TABLE kept_paper (
  tenant VARCHAR(32) NOT NULL,
  team VARCHAR(32) NOT NULL,
  artifact VARCHAR(40) NOT NULL,
  unit INTEGER NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, team, artifact, unit),
  FOREIGN KEY(tenant, team) REFERENCES team (tenant, team)
);

CREATE TABLE paper (
  tenant VARCHAR(32) NOT NULL,
  part VARCHAR(32) NOT NULL,
  cohort VARCHAR(32) NOT NULL,
  team VARCHAR(32) NOT NULL,
  artifact VARCHAR(40) NOT NULL,
  number INTEGER NOT NULL,
  section VARCHAR(40) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  person VARCHAR(32),
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, part),
  UNIQUE (tenant, team, artifact, number),
  FOREIGN KEY(tenant, team) REFERENCES team (tenant, team)
);

CREATE TABLE seat (
  tenant VARCHAR(32) NOT NULL,
  team VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  role VARCHAR(40) NOT NULL,
  offer VARCHAR(32) NOT NULL,
  at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, team, person),
  FOREIGN KEY(tenant, team) REFERENCES team (tenant, team)
);

CREATE INDEX seat_of_person ON seat (tenant, person);

INSERT INTO audit (tenant, number, at, actor, action, outcome, cohort, touched, subject, mac) VALUES ('tenant', 1, '2027-01-04 13:10:00.000000', 'actor', 'action', 'outcome', 'cohort', 'touched', 'subject', '\x7b7d');

INSERT INTO broadcast (tenant, broadcast, cohort, person, text, private, state, at) VALUES ('tenant', 'broadcast', 'cohort', 'person', 'text', false, 'sent', '2027-01-04 13:10:00.000000');

INSERT INTO door_code (tenant, mark, person, until) VALUES ('tenant', 'mark', 'person', '2027-01-04 13:10:00.000000');

INSERT INTO download (tenant, link, person, until) VALUES ('tenant', 'link', 'person', '2027-01-04 13:10:00.000000');

INSERT INTO draft (tenant, draft, cohort, person, number, entry, until, body) VALUES ('tenant', 'draft', 'cohort', 'person', 1, 'entry', '2027-01-04 13:10:00.000000', '\x7b7d');

INSERT INTO entry (tenant, entry, cohort, person, number, form, revision, saved_at, body) VALUES ('tenant', 'entry', 'cohort', 'person', 1, 'form', 1, '2027-01-04 13:10:00.000000', '\x7b7d');

INSERT INTO erasure (tenant, tombstone, at) VALUES ('tenant', 'tombstone', '2027-01-04 13:10:00.000000');

INSERT INTO feed (tenant, link, person, at) VALUES ('tenant', 'link', 'person', '2027-01-04 13:10:00.000000');

INSERT INTO inbox (tenant, event, at) VALUES ('tenant', 'event', '2027-01-04 13:10:00.000000');

INSERT INTO lane (tenant, lane, owner, lease_until, fence, served_at, blocked_until, rate, paced_to) VALUES ('tenant', 'lane', 'owner', '2027-01-04 13:10:00.000000', 1, '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', 1, '2027-01-04 13:10:00.000000');

INSERT INTO milestone (what, at) VALUES ('what', '2027-01-04 13:10:00.000000');

INSERT INTO outbox (tenant, key, cohort, kind, number, recipient, channel, subject, due_at, expires_at, state, lane, fence, attempts, faults, address, tried_at, again_at, safe_until, sent_at, ref, reason) VALUES ('tenant', 'key', 'cohort', 'kind', 1, 'recipient', false, 'subject', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', 'sent', 'lane', 1, 1, 1, '1|web|playground|person|renata', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', 'ref', 'reason');

INSERT INTO program (tenant, program, version, text) VALUES ('tenant', 'program', 'version', 'text');

INSERT INTO release (tenant, cohort, number, question, batch, series, at, answered, shown, others) VALUES ('tenant', 'cohort', 1, 'question', 1, 'series', '2027-01-04', 1, 'shown', 1);

INSERT INTO request (tenant, request, cohort, person, helper, state, at, body) VALUES ('tenant', 'request', 'cohort', 'person', 'helper', 'sent', '2027-01-04 13:10:00.000000', '\x7b7d');

INSERT INTO role (tenant, cohort, person, role) VALUES ('tenant', 'cohort', 'person', 'role');

INSERT INTO schema (version) VALUES (16);

INSERT INTO share (tenant, share, entry, cohort, person, audience, state, at, body) VALUES ('tenant', 'share', 'entry', 'cohort', 'person', 'audience', 'sent', '2027-01-04 13:10:00.000000', '\x7b7d');

INSERT INTO step (tenant, cohort, person, number, outcome) VALUES ('tenant', 'cohort', 'person', 1, 'outcome');

INSERT INTO tally (tenant, cohort, number, question, member, series, value, due, waits, batch) VALUES ('tenant', 'cohort', 1, 'question', 'member', 'series', 'value', '2027-01-04', 1, 1);

INSERT INTO tenant (tenant, created_at) VALUES ('tenant', '2027-01-04 13:10:00.000000');

INSERT INTO token (platform, name, body) VALUES ('platform', 'name', '\x7b7d');

INSERT INTO turn (tenant, cohort, person, number, state) VALUES ('tenant', 'cohort', 'person', 1, 'sent');

INSERT INTO unanswered (tenant, week, outcome, count) VALUES ('tenant', '2027-01-04', 'outcome', 1);

INSERT INTO unsigned (tenant, note, cohort, number, audience, person, day, batch, body) VALUES ('tenant', 'note', 'cohort', 1, 'audience', 'person', '2027-01-04', 'batch', '\x7b7d');

INSERT INTO vault (keyring) VALUES ('keyring');

INSERT INTO verdict (tenant, entry, verdict, count) VALUES ('tenant', 'entry', 'verdict', 1);

INSERT INTO awaited (tenant, note, mark, entry) VALUES ('tenant', 'note', 'mark', 'entry');

INSERT INTO cohort (tenant, cohort, name, program, version, place, start, zone, country, state, created_by, created_at, planned_to, replan, follows) VALUES ('tenant', 'cohort', 'name', 'program', 'version', 'place', '2027-01-04', 'zone', 'country', 'sent', 'created_by', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', false, false);

INSERT INTO person (tenant, person, name, zone, quiet_from, quiet_to, created_at, erase_after) VALUES ('tenant', 'person', 'name', 'zone', '07:00:00.000000', '07:00:00.000000', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000');

INSERT INTO place (tenant, place, address, lane, shut_at) VALUES ('tenant', 'place', '1|web|playground|person|renata', 'lane', '2027-01-04 13:10:00.000000');

INSERT INTO share_reader (tenant, share, person) VALUES ('tenant', 'share', 'person');

INSERT INTO unsigned_reader (tenant, note, person) VALUES ('tenant', 'note', 'person');

INSERT INTO workspace (tenant, platform, workspace, removed_at) VALUES ('tenant', 'platform', 'workspace', '2027-01-04 13:10:00.000000');

INSERT INTO account (tenant, address, person, lane, door) VALUES ('tenant', '1|web|playground|person|renata', 'person', 'lane', 'door');

INSERT INTO change (tenant, cohort, number, moved_to, skipped, swapped) VALUES ('tenant', 'cohort', 1, '2027-01-04', false, false);

INSERT INTO membership (tenant, cohort, person, state, joined_at, started_at, day, time, paused_until, replan, keep_until, role, sits_on) VALUES ('tenant', 'cohort', 'person', 'sent', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', 1, '07:00:00.000000', '2027-01-04', false, '2027-01-04', 'role', 'sits_on');

INSERT INTO occasion (tenant, occasion, cohort, number, kind, team, person, title, day, hour, zone, minutes, place, state, sequence, changes, first_at, last_at, looked_at) VALUES ('tenant', 'occasion', 'cohort', 1, 'kind', 'team', 'person', 'title', '2027-01-04', '07:00:00.000000', 'zone', 1, 'place', 'sent', 1, 'changes', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000');

INSERT INTO other_door (tenant, address, person) VALUES ('tenant', '1|web|playground|person|renata', 'person');

INSERT INTO other_place (tenant, cohort, place, since) VALUES ('tenant', 'cohort', 'place', '2027-01-04 13:10:00.000000');

INSERT INTO team (tenant, team, cohort, kind, inside, name, made_at, closed_at) VALUES ('tenant', 'team', 'cohort', 'kind', 'inside', 'name', '2027-01-04 13:10:00.000000', '2027-01-04 13:10:00.000000');

INSERT INTO guest (tenant, occasion, person, at) VALUES ('tenant', 'occasion', 'person', '2027-01-04 13:10:00.000000');

INSERT INTO kept_paper (tenant, team, artifact, unit, name, number, at) VALUES ('tenant', 'team', 'artifact', 1, 'name', 1, '2027-01-04 13:10:00.000000');

INSERT INTO paper (tenant, part, cohort, team, artifact, number, section, kind, person, at, body) VALUES ('tenant', 'part', 'cohort', 'team', 'artifact', 1, 'section', 'kind', 'person', '2027-01-04 13:10:00.000000', '\x7b7d');

INSERT INTO seat (tenant, team, person, state, role, offer, at) VALUES ('tenant', 'team', 'person', 'sent', 'role', 'offer', '2027-01-04 13:10:00.000000');

