CREATE TABLE properties (
	name VARCHAR(64) NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE revisions (
	number BIGINT NOT NULL,
	at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	author TEXT COLLATE "C" NOT NULL,
	message TEXT COLLATE "C" NOT NULL,
	touches_frames BOOLEAN NOT NULL,
	rows JSON NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE collections (
	id BIGSERIAL NOT NULL,
	uid VARCHAR(24) NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	storage_path TEXT COLLATE "C" NOT NULL,
	object_type SMALLINT NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (uid),
	UNIQUE (name),
	UNIQUE (storage_path)
);
CREATE TABLE tags (
	id BIGSERIAL NOT NULL,
	frame BIGINT NOT NULL,
	tag TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX tags_by_tag ON tags (tag, added, removed, frame);
CREATE UNIQUE INDEX tags_once ON tags (frame, tag) WHERE removed = 9223372036854775807;
CREATE TABLE frame_metadata (
	id BIGSERIAL NOT NULL,
	frame BIGINT NOT NULL,
	document JSON NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE UNIQUE INDEX frame_metadata_once ON frame_metadata (frame) WHERE removed = 9223372036854775807;
CREATE TABLE labels (
	id BIGSERIAL NOT NULL,
	uid VARCHAR(24) NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (uid),
	UNIQUE (name)
);
CREATE TABLE label_groups (
	id BIGSERIAL NOT NULL,
	uid VARCHAR(24) NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (uid)
);
CREATE TABLE operations (
	id BIGSERIAL NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	mode SMALLINT NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE datasets (
	id BIGSERIAL NOT NULL,
	uid VARCHAR(24) NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (uid),
	UNIQUE (name)
);
CREATE TABLE varied_pictures (
	recipe VARCHAR(64) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (recipe)
);
CREATE TABLE states (
	project TEXT COLLATE "C" NOT NULL,
	serial BIGINT NOT NULL,
	lineage TEXT COLLATE "C" NOT NULL,
	document JSON NOT NULL,
	PRIMARY KEY (project, serial)
);
CREATE TABLE leases (
	name TEXT COLLATE "C" NOT NULL,
	holder TEXT COLLATE "C" NOT NULL,
	token VARCHAR(32) NOT NULL,
	system TEXT COLLATE "C" NOT NULL,
	process INTEGER NOT NULL,
	since TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	expires TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE bitmaps (
	id BIGSERIAL NOT NULL,
	kind SMALLINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	first BIGINT NOT NULL,
	second BIGINT NOT NULL,
	slice SMALLINT NOT NULL,
	chunk INTEGER NOT NULL,
	frames BYTEA NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX bitmaps_by_key ON bitmaps (kind, name, first, second, removed, added);
CREATE TABLE frames (
	id BIGSERIAL NOT NULL,
	number BIGINT NOT NULL,
	collection BIGINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	folded TEXT COLLATE "C" NOT NULL,
	unique_name TEXT COLLATE "C" NOT NULL,
	digest VARCHAR(64) NOT NULL,
	source_digest VARCHAR(64) NOT NULL,
	orientation SMALLINT NOT NULL,
	width INTEGER NOT NULL,
	height INTEGER NOT NULL,
	size BIGINT NOT NULL,
	media_type VARCHAR(64) NOT NULL,
	pixels VARCHAR(16) NOT NULL,
	phash BIGINT,
	uploaded_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(collection) REFERENCES collections (id)
);
CREATE UNIQUE INDEX frames_one_of_a_unique_name ON frames (unique_name) WHERE removed = 9223372036854775807;
CREATE INDEX frames_by_upload ON frames (uploaded_at, number);
CREATE UNIQUE INDEX frames_one_of_a_name ON frames (collection, name) WHERE removed = 9223372036854775807;
CREATE INDEX frames_by_number ON frames (number, added, removed);
CREATE INDEX frames_by_source ON frames (source_digest);
CREATE UNIQUE INDEX frames_one_of_a_number ON frames (number) WHERE removed = 9223372036854775807;
CREATE TABLE metadata_values (
	document BIGINT NOT NULL,
	ordinal INTEGER NOT NULL,
	path TEXT COLLATE "C" NOT NULL,
	text TEXT COLLATE "C",
	folded TEXT COLLATE "C",
	number FLOAT(53),
	flag BOOLEAN,
	PRIMARY KEY (document, ordinal),
	FOREIGN KEY(document) REFERENCES frame_metadata (id)
);
CREATE INDEX metadata_values_by_text ON metadata_values (path, text) WHERE length(path) <= 300 AND length(text) <= 300;
CREATE INDEX metadata_values_by_number ON metadata_values (path, number) WHERE length(path) <= 300;
CREATE TABLE label_definitions (
	id BIGSERIAL NOT NULL,
	label BIGINT NOT NULL,
	description TEXT COLLATE "C" NOT NULL,
	attributes JSON NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(label) REFERENCES labels (id)
);
CREATE UNIQUE INDEX label_definitions_once ON label_definitions (label) WHERE removed = 9223372036854775807;
CREATE TABLE label_group_names (
	id BIGSERIAL NOT NULL,
	"group" BIGINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY("group") REFERENCES label_groups (id)
);
CREATE UNIQUE INDEX label_group_names_once ON label_group_names (name) WHERE removed = 9223372036854775807;
CREATE UNIQUE INDEX label_group_names_one_of_a_group ON label_group_names ("group") WHERE removed = 9223372036854775807;
CREATE TABLE label_group_members (
	id BIGSERIAL NOT NULL,
	"group" BIGINT NOT NULL,
	label BIGINT NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY("group") REFERENCES label_groups (id),
	FOREIGN KEY(label) REFERENCES labels (id)
);
CREATE UNIQUE INDEX label_group_members_once ON label_group_members ("group", label) WHERE removed = 9223372036854775807;
CREATE TABLE annotations (
	id BIGSERIAL NOT NULL,
	frame BIGINT NOT NULL,
	operation BIGINT NOT NULL,
	ordinal INTEGER NOT NULL,
	label BIGINT NOT NULL,
	shape SMALLINT NOT NULL,
	"left" FLOAT(53) NOT NULL,
	top FLOAT(53) NOT NULL,
	"right" FLOAT(53) NOT NULL,
	bottom FLOAT(53) NOT NULL,
	outline TEXT COLLATE "C" NOT NULL,
	confidence FLOAT(53),
	extra TEXT COLLATE "C" NOT NULL,
	added BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(operation) REFERENCES operations (id),
	FOREIGN KEY(label) REFERENCES labels (id)
);
CREATE UNIQUE INDEX annotations_once ON annotations (frame, operation, ordinal) WHERE removed = 9223372036854775807;
CREATE INDEX annotations_by_label ON annotations (label, added, removed, frame);
CREATE INDEX annotations_by_frame ON annotations (frame, added, removed);
CREATE INDEX annotations_by_operation ON annotations (operation, added, removed, frame);
CREATE TABLE versions (
	id BIGSERIAL NOT NULL,
	uid VARCHAR(24) NOT NULL,
	dataset BIGINT NOT NULL,
	ordinal INTEGER NOT NULL,
	parent VARCHAR(24),
	frames_revision BIGINT NOT NULL,
	manifest_digest VARCHAR(96) NOT NULL,
	manifest_blob VARCHAR(64) NOT NULL,
	statistics JSON NOT NULL,
	author TEXT COLLATE "C" NOT NULL,
	created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (dataset, ordinal),
	UNIQUE (uid),
	FOREIGN KEY(dataset) REFERENCES datasets (id)
);
CREATE TABLE attribute_values (
	annotation BIGINT NOT NULL,
	ordinal INTEGER NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	text TEXT COLLATE "C",
	folded TEXT COLLATE "C",
	number FLOAT(53),
	flag BOOLEAN,
	PRIMARY KEY (annotation, ordinal),
	FOREIGN KEY(annotation) REFERENCES annotations (id)
);
CREATE INDEX attribute_values_by_text ON attribute_values (name, text) WHERE length(name) <= 300 AND length(text) <= 300;
CREATE INDEX attribute_values_by_number ON attribute_values (name, number) WHERE length(name) <= 300;
CREATE TABLE editions (
	id BIGSERIAL NOT NULL,
	version BIGINT NOT NULL,
	ordinal INTEGER NOT NULL,
	number VARCHAR(32) NOT NULL,
	severity VARCHAR(16) NOT NULL,
	config JSON NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	author TEXT COLLATE "C" NOT NULL,
	at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (version, ordinal),
	FOREIGN KEY(version) REFERENCES versions (id),
	UNIQUE (key)
);
