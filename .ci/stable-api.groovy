// Leaves what the release promised to keep: types that it marks STABLE, without their members marked otherwise.
// japicmp's own filters do not see the value of an annotation.
import javassist.bytecode.AnnotationsAttribute

def mark = { of -> of.getAttribute(AnnotationsAttribute.visibleTag)?.getAnnotation('org.apiguardian.api.API')?.getMemberValue('status')?.value }
def outermost
outermost = { type -> type.declaringClass ? outermost(type.declaringClass) : type }

// In place: the plugin drops what the script returns.
jApiClasses.retainAll { it.oldClass.present && mark(outermost(it.oldClass.get()).classFile2) == 'STABLE' }
jApiClasses.each { type ->
    type.methods.removeIf { it.oldMethod.present && !(mark(it.oldMethod.get().methodInfo2) in [null, 'STABLE']) }
}
return jApiClasses
