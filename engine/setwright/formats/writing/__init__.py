"""Writers: from a manifest to the files of an export. Pure; whoever calls puts the files somewhere."""
