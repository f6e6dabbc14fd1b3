"""Reading what people have: pictures with annotations in other tools' formats."""
