using System.Runtime.CompilerServices;

// Every signature is made of numbers and pointers, and what is not is marshalled by generated code.
[assembly: DisableRuntimeMarshalling]
