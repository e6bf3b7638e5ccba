"""The reception: who a person is, what they may do at which company, and from when until when."""
